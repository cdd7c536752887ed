/**
 * A cron in a time zone as calendars in UTC.
 *
 * Temporal 1.29 counts wall times wrongly where clocks are put back: a calendar with a time zone
 * east of UTC loses up to two hours of firings there, and one west of UTC fires twice. In UTC it
 * is exact. So the times of the next years are laid out, and what many days have in common is put
 * together again: a daily cron of Berlin becomes two calendars for the months without a change of
 * the clocks, and two for each month with one.
 */
import type { Cron } from '../plan/cron.ts';
import { cronTimes } from './cron-times.ts';
import { wallTimeAt } from './zone.ts';

/** Years laid out, this one included. Every `apply` and `sync` renews them. */
export const YEARS_AHEAD = 10;

/** One of Temporal's calendars: every list sorted; an empty list matches anything. */
export interface UtcCalendar {
  readonly years: readonly number[];
  readonly months: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly daysOfWeek: readonly number[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
}

/** A repository's pipelines mostly share a few crons, and laying one out takes 0.1 s. */
const known = new Map<string, readonly UtcCalendar[]>();
const MOST_KNOWN = 1_000;

export function utcCalendars(cron: Cron, zone: string, thisYear: number): readonly UtcCalendar[] {
  const key = JSON.stringify([cron, zone, thisYear]);
  const calendars = known.get(key) ?? layOut(cron, zone, thisYear);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, calendars);
  return calendars;
}

function layOut(cron: Cron, zone: string, thisYear: number): readonly UtcCalendar[] {
  if (zone === 'UTC') return plainCalendars(cron);
  const minuteShift = constantMinutes(zone, thisYear);
  if (minuteShift !== null && isEveryHour(cron)) {
    const minutes = cron.minutes.map((minute) => (minute - minuteShift + 60) % 60);
    return plainCalendars({ ...cron, minutes: sorted(minutes) });
  }
  return [...patternsOf(cron, zone, thisYear)].flatMap(([pattern, days]) =>
    calendarsOf(pattern, days, thisYear),
  );
}

const sorted = (values: Iterable<number>): readonly number[] => [...values].sort((a, b) => a - b);

const FULL = { hours: 24, daysOfMonth: 31, months: 12, daysOfWeek: 7 } as const;
const unlessFull = (cron: Cron, field: keyof typeof FULL): readonly number[] =>
  cron[field].length === FULL[field] ? [] : cron[field];

/** Where either day may match there is a calendar for each. */
function plainCalendars(cron: Cron): readonly UtcCalendar[] {
  const calendar: UtcCalendar = {
    years: [],
    months: unlessFull(cron, 'months'),
    daysOfMonth: unlessFull(cron, 'daysOfMonth'),
    daysOfWeek: unlessFull(cron, 'daysOfWeek'),
    hours: cron.hours,
    minutes: cron.minutes,
  };
  if (!cron.eitherDay) return [calendar];
  return [
    { ...calendar, daysOfWeek: [] },
    { ...calendar, daysOfMonth: [] },
  ];
}

/** Fires in every hour of every day: the zone only shifts the minutes. */
const isEveryHour = (cron: Cron): boolean =>
  cron.everyHour &&
  !cron.eitherDay &&
  (['hours', 'daysOfMonth', 'months', 'daysOfWeek'] as const).every(
    (field) => cron[field].length === FULL[field],
  );

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The minutes of the zone's offset beyond whole hours, 0 to 59; `null` where they change. */
function constantMinutes(zone: string, thisYear: number): number | null {
  const found = new Set<number>();
  const end = Date.UTC(thisYear + YEARS_AHEAD, 0, 1);
  for (let at = Date.UTC(thisYear, 0, 1); at < end; at += 7 * DAY) {
    const minutes = Math.round((wallTimeAt(at, zone) - at) / MINUTE);
    found.add(((minutes % 60) + 60) % 60);
  }
  const [only = 0] = found;
  return found.size === 1 ? only : null;
}

/** Days, as days since 1970, by what happens on them: a list of `[minute of the day, …]`. */
function patternsOf(cron: Cron, zone: string, thisYear: number): ReadonlyMap<string, number[]> {
  const minutesOf = new Map<number, number[]>();
  const end = Date.UTC(thisYear + YEARS_AHEAD, 0, 1);
  for (const time of cronTimes(cron, zone, Date.UTC(thisYear, 0, 1) - 1)) {
    if (time >= end) break;
    const day = Math.floor(time / DAY);
    const minutes = minutesOf.get(day) ?? [];
    minutes.push(Math.floor((time - day * DAY) / MINUTE));
    minutesOf.set(day, minutes);
  }
  const patterns = new Map<string, number[]>();
  for (const [day, minutes] of minutesOf) {
    const pattern = minutes.join(' ');
    const days = patterns.get(pattern) ?? [];
    days.push(day);
    patterns.set(pattern, days);
  }
  return patterns;
}

type Times = Pick<UtcCalendar, 'hours' | 'minutes'>;
type Days = Pick<UtcCalendar, 'years' | 'months' | 'daysOfMonth' | 'daysOfWeek'>;

function calendarsOf(pattern: string, days: readonly number[], thisYear: number): UtcCalendar[] {
  const times = timesOf(pattern.split(' ').map(Number));
  return daysOf(days, thisYear).flatMap((dates) => times.map((time) => ({ ...dates, ...time })));
}

/** Puts hours with the same minutes together. */
function timesOf(minutesOfDay: readonly number[]): readonly Times[] {
  const minutesOfHour = groupBy(
    minutesOfDay,
    (minute) => Math.floor(minute / 60),
    (minute) => minute % 60,
  );
  const hoursOfMinutes = groupBy(
    [...minutesOfHour],
    ([, minutes]) => minutes.join(),
    ([hour]) => hour,
  );
  return [...hoursOfMinutes].map(([minutes, hours]) => ({
    hours: sorted(hours),
    minutes: minutes.split(',').map(Number),
  }));
}

/**
 * Puts days together that make up the same part of several months, and months that do so in
 * several years. What is so in every year laid out is so for good.
 */
function daysOf(days: readonly number[], thisYear: number): readonly Days[] {
  const byMonth = groupBy(
    days.map((day) => new Date(day * DAY)),
    (date) => date.getUTCFullYear() * 12 + date.getUTCMonth(),
    (date) => date,
  );
  const yearsOf = groupBy(
    [...byMonth],
    ([month, dates]) => `${month % 12}|${partOfMonth(dates)}`,
    ([month]) => Math.floor(month / 12),
  );
  const monthsOf = groupBy(
    [...yearsOf],
    ([key, years]) => `${years.join()}|${key.slice(key.indexOf('|') + 1)}`,
    ([key]) => Number(key.slice(0, key.indexOf('|'))) + 1,
  );
  return [...monthsOf].map(([key, months]) => {
    const [years = [], daysOfMonth = [], daysOfWeek = []] = key
      .split('|')
      .map((list) => (list === '' ? [] : list.split(',').map(Number)));
    const isAlways = years.length === YEARS_AHEAD && years[0] === thisYear;
    return {
      years: isAlways ? [] : years,
      months: months.length === 12 ? [] : sorted(months),
      daysOfMonth,
      daysOfWeek,
    };
  });
}

/** `days of the month|days of the week`: all, those of certain days of the week, or a list. */
function partOfMonth(dates: readonly Date[]): string {
  const [first = new Date(0)] = dates;
  const year = first.getUTCFullYear();
  const month = first.getUTCMonth();
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  if (dates.length === length) return '|';
  const ofWeek = new Set(dates.map((date) => date.getUTCDay()));
  const withThose = Array.from({ length }, (_, index) =>
    new Date(Date.UTC(year, month, index + 1)).getUTCDay(),
  ).filter((day) => ofWeek.has(day));
  if (withThose.length === dates.length) return `|${sorted(ofWeek).join()}`;
  return `${dates.map((date) => date.getUTCDate()).join()}|`;
}

function groupBy<Item, Key, Value>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
  valueOf: (item: Item) => Value,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(valueOf(item));
    else groups.set(key, [valueOf(item)]);
  }
  return groups;
}
