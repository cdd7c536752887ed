/**
 * When a cron fires in a time zone.
 *
 * A wall time that comes twice counts the first time, and one that the clocks jump over is taken
 * by the clock of before, so that it comes later by the jump: nothing is missed or doubled.
 * Where the hour is `*`, a cron follows the clock: it fires each time that a wall time comes.
 *
 * @see RFC 5545, section 3.3.5, for wall times that come twice or never
 */
import type { Cron } from '../plan/cron.ts';
import type { DayOffsets } from './zone.ts';
import { instantsOf, offsetsAround, wallTimeAt } from './zone.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The 29th of February on a given day of the week comes within 40 years. */
const LONGEST_WAIT = 50 * 366 * DAY;

/** @returns instants after `from`, in order, as far as 50 years after the last. */
export function* cronTimes(cron: Cron, zone: string, from: number): Generator<number> {
  const start = Math.floor(wallTimeAt(from, zone) / DAY) * DAY - DAY;
  let last = from;
  for (let day = start; day <= last + LONGEST_WAIT; day += DAY) {
    if (!isDayOf(cron, new Date(day))) continue;
    for (const instant of timesOfDay(cron, day, zone)) {
      if (instant <= last) continue;
      last = instant;
      yield instant;
    }
  }
}

function isDayOf(cron: Cron, day: Date): boolean {
  if (!cron.months.includes(day.getUTCMonth() + 1)) return false;
  const ofMonth = cron.daysOfMonth.includes(day.getUTCDate());
  const ofWeek = cron.daysOfWeek.includes(day.getUTCDay());
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

function timesOfDay(cron: Cron, day: number, zone: string): readonly number[] {
  const offsets = offsetsAround(day, zone);
  const walls = cron.hours.flatMap((hour) =>
    cron.minutes.map((minute) => day + (hour * 60 + minute) * MINUTE),
  );
  if (offsets.before === offsets.after) return walls.map((wall) => wall - offsets.before);
  return walls.flatMap((wall) => timesOfWall(cron, wall, offsets, zone)).sort((a, b) => a - b);
}

function timesOfWall(cron: Cron, wall: number, offsets: DayOffsets, zone: string): number[] {
  const instants = instantsOf(wall, offsets, zone);
  if (cron.everyHour) return instants;
  return [instants[0] ?? wall - offsets.before];
}
