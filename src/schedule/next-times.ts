/** When a schedule fires next, without a server. */
import { PipelineError } from '../errors.ts';
import type { Cron } from '../plan/cron.ts';
import { parseCron } from '../plan/cron.ts';
import { parseDuration } from '../plan/duration.ts';
import type { ScheduleTrigger } from '../spec/spec.ts';
import { cronTimes } from './cron-times.ts';

/**
 * The first times after `from`, without jitter.
 *
 * Intervals count from 1970-01-01T00:00Z, as Temporal counts them.
 *
 * @throws PipelineError `SPEC_INVALID` for a schedule that `checkTriggers` refuses.
 */
export function nextTimes(
  { cron, every, timeZone = 'UTC' }: Pick<ScheduleTrigger, 'cron' | 'every' | 'timeZone'>,
  options: { readonly from: Date; readonly count: number },
): readonly Date[] {
  const from = options.from.getTime();
  const times: Date[] = [];
  const source =
    cron === undefined
      ? intervals(parseDuration(every ?? ''), from)
      : cronTimes(requireCron(cron), timeZone, from);
  for (const time of source) {
    if (times.length >= options.count) break;
    times.push(new Date(time));
  }
  return times;
}

function* intervals(everyMs: number, from: number): Generator<number> {
  for (let at = (Math.floor(from / everyMs) + 1) * everyMs; ; at += everyMs) yield at;
}

/** @throws PipelineError `SPEC_INVALID` */
export function requireCron(text: string): Cron {
  const cron = parseCron(text);
  if (!('message' in cron)) return cron;
  const { message, remedy } = cron;
  throw new PipelineError('SPEC_INVALID', `"${text}": ${message}`, { remedy });
}
