/** When a schedule fires next, without a server. */
import { PipelineError } from '../errors.ts';
import type { Cron } from '../plan/cron.ts';
import { parseCron } from '../plan/cron.ts';
import { parseDuration } from '../plan/duration.ts';
import type { ScheduleTrigger } from '../spec/spec.ts';
import { cronTimes } from './cron-times.ts';

type Times = Pick<ScheduleTrigger, 'cron' | 'every' | 'timeZone'>;

/**
 * The first times after `from`, without jitter.
 *
 * Intervals count from 1970-01-01T00:00Z, as Temporal counts them.
 *
 * @throws PipelineError `SPEC_INVALID` for a schedule that `checkTriggers` refuses.
 */
export function nextTimes(
  schedule: Times,
  options: { readonly from: Date; readonly count: number },
): readonly Date[] {
  const times: Date[] = [];
  for (const time of timesAfter(schedule, options.from.getTime())) {
    times.push(new Date(time));
    if (times.length >= options.count) break;
  }
  return times;
}

/**
 * How many times were due in a span, both ends included.
 *
 * @throws PipelineError `USAGE` for more than `most`.
 */
export function countTimes(
  times: Times,
  span: { readonly start: Date; readonly end: Date; readonly most: number },
): number {
  let count = 0;
  for (const time of timesAfter(times, span.start.getTime() - 1)) {
    if (time > span.end.getTime()) break;
    count += 1;
    if (count > span.most) {
      throw new PipelineError('USAGE', `more than ${span.most} times were due`, {
        remedy: 'choose a shorter span',
      });
    }
  }
  return count;
}

const timesAfter = ({ cron, every, timeZone = 'UTC' }: Times, from: number): Iterable<number> =>
  cron === undefined
    ? intervals(parseDuration(every ?? ''), from)
    : cronTimes(requireCron(cron), timeZone, from);

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
