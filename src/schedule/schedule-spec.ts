/** A trigger's times and policies as Temporal keeps them. */
import type { CalendarSpec, ScheduleSpec } from '@temporalio/client';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { parseDuration } from '../plan/duration.ts';
import type { Overlap, ScheduleTrigger } from '../spec/spec.ts';
import { requireCron } from './next-times.ts';
import type { UtcCalendar } from './utc-calendars.ts';
import { utcCalendars } from './utc-calendars.ts';

const DAY_MS = 86_400_000;

export const DEFAULT_OVERLAP: Overlap = 'buffer-one';
export const DEFAULT_CATCH_UP_MS = DAY_MS;

type Times = Pick<ScheduleTrigger, 'cron' | 'every' | 'timeZone' | 'jitter'>;

/** @throws PipelineError `SPEC_INVALID` for a schedule that `checkTriggers` refuses. */
export function scheduleSpec(times: Times, now = new Date()): ScheduleSpec {
  const { cron, every, timeZone = 'UTC', jitter } = times;
  const jittered = jitter === undefined ? {} : { jitter: parseDuration(jitter) };
  if (cron === undefined) {
    return { intervals: [{ every: parseDuration(every ?? '') }], ...jittered };
  }
  const comment = `${cron} ${timeZone}`;
  const calendars = utcCalendars(requireCron(cron), timeZone, now.getUTCFullYear());
  return {
    timezone: 'UTC',
    calendars: calendars.map((calendar) => ({ ...calendarSpec(calendar), comment })),
    ...jittered,
  };
}

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const DAYS = [
  'SUNDAY',
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
] as const;

function calendarSpec(calendar: UtcCalendar): CalendarSpec {
  const { years, months, daysOfMonth, daysOfWeek, hours, minutes } = calendar;
  const months_ = rangesOf(months).map((range) => named(range, (month) => MONTHS[month - 1]));
  const days = rangesOf(daysOfWeek).map((range) => named(range, (day) => DAYS[day]));
  return {
    ...(years.length > 0 && { year: rangesOf(years) }),
    ...(months.length > 0 && { month: months_ }),
    ...(daysOfMonth.length > 0 && { dayOfMonth: rangesOf(daysOfMonth) }),
    ...(daysOfWeek.length > 0 && { dayOfWeek: days }),
    hour: rangesOf(hours),
    minute: rangesOf(minutes),
    second: 0,
  };
}

interface Range<Value> {
  readonly start: Value;
  readonly end: Value;
}

function named<Name>(
  { start, end }: Range<number>,
  nameOf: (value: number) => Name | undefined,
): Range<Name> {
  return { start: nameOf(start) as Name, end: nameOf(end) as Name };
}

function rangesOf(values: readonly number[]): Range<number>[] {
  const ranges: { start: number; end: number }[] = [];
  for (const value of values) {
    const last = ranges.at(-1);
    if (last?.end === value - 1) last.end = value;
    else ranges.push({ start: value, end: value });
  }
  return ranges;
}

/**
 * `terminate-other` too cancels the small workflow that watches the run, which then terminates
 * the run itself: Temporal would terminate the watcher alone.
 */
export const OVERLAP_POLICY = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'buffer-all': ScheduleOverlapPolicy.BUFFER_ALL,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'terminate-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'allow-all': ScheduleOverlapPolicy.ALLOW_ALL,
} as const satisfies Record<Overlap, ScheduleOverlapPolicy>;
