/** How schedules look on a terminal. */
import type { LastCheck, ScheduleView } from '../schedule/schedule-view.ts';
import { isScheduleTrigger } from '../schedule/schedule-view.ts';
import { DEFAULT_OVERLAP } from '../schedule/schedule-spec.ts';
import type { TimedTrigger } from '../spec/spec.ts';
import type { Terminal } from './terminal.ts';
import { inert } from './terminal.ts';

/**
 * `0 3 * * * Europe/Berlin`, `every 10s`, `new data in a.csv, looked at every 1m`,
 * `drift of a.csv from digits production, looked at every 1h`.
 */
export function whenText(trigger: TimedTrigger): string {
  if (isScheduleTrigger(trigger)) {
    const { cron, every, timeZone = 'UTC' } = trigger;
    return cron === undefined ? `every ${every ?? ''}` : `${cron} ${timeZone}`;
  }
  if ('sources' in trigger) {
    return `new data in ${trigger.sources.join(', ')}, looked at every ${trigger.every}`;
  }
  const { source, model, every } = trigger;
  return `drift of ${source} from ${model.name} ${model.alias}, looked at every ${every}`;
}

const nextText = ({ paused, note, next }: ScheduleView): string =>
  paused ? `paused${note ? `: ${note}` : ''}` : (next[0] ?? 'never');

export function showSchedules(terminal: Terminal, views: readonly ScheduleView[]): void {
  if (views.length === 0) {
    return terminal.line(
      'no schedules: write `on:` in a pipeline and `modelwright schedule apply` it',
    );
  }
  terminal.table(
    ['schedule', 'when', 'next', 'last run', 'status'],
    views.map((view) => {
      const [last] = view.runs;
      return [view.id, whenText(view.trigger), nextText(view), last?.id ?? '', last?.status ?? ''];
    }),
  );
}

export function showSchedule(terminal: Terminal, view: ScheduleView, check: LastCheck): void {
  const { trigger, times } = view;
  terminal.line(`${terminal.style('bold', inert(view.id))}  ${inert(nextText(view))}`);
  terminal.line(inert(`pipeline ${view.pipeline}, from ${view.file}${commitText(view)}`));
  terminal.line(inert(whenText(trigger)));
  if (isScheduleTrigger(trigger)) {
    const { overlap = DEFAULT_OVERLAP, catchUp = '1d', jitter = '0s' } = trigger;
    terminal.line(`overlap ${overlap}, catch-up ${catchUp}, jitter ${jitter}`);
  }
  if (check.failure !== null) terminal.line(inert(`the last check failed: ${check.failure}`));
  if (check.says !== null) terminal.line(inert(`the last check: ${check.says}`));
  const { taken, missed, skipped } = times;
  terminal.line(`times: ${taken} taken, ${missed} missed, ${skipped} skipped`);
  if (view.next.length > 0) terminal.line(`\nnext\n  ${view.next.join('\n  ')}`);
  if (view.runs.length === 0) return;
  terminal.line();
  terminal.table(
    ['run', 'status', 'started'],
    view.runs.map(({ id, status, startedAtMs }) => [
      id,
      status,
      new Date(startedAtMs).toISOString(),
    ]),
  );
}

const commitText = ({ commit }: ScheduleView): string =>
  commit === null ? '' : ` at commit ${commit.slice(0, 12)}`;
