/** Wall clocks of time zones, from the zone data that Node brings. All times are milliseconds. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const numeric = 'numeric';
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      timeZone: zone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formats.set(zone, format);
  }
  return format;
}

/**
 * The wall time at an instant, as the instant at which a clock in UTC shows it.
 *
 * @throws RangeError where there is no such zone.
 */
export function wallTimeAt(instant: number, zone: string): number {
  if (zone === 'UTC') return instant;
  const at = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(zone).formatToParts(instant)) {
    if (type in at) at[type as keyof typeof at] = Number(value);
  }
  const seconds = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return seconds + (instant - Math.floor(instant / 1000) * 1000);
}

const offsetAt = (instant: number, zone: string): number => wallTimeAt(instant, zone) - instant;

const DAY = 86_400_000;

/** The offsets from UTC that a wall time near the day's start may have: one, or the two of a change. */
export interface DayOffsets {
  readonly before: number;
  readonly after: number;
}

/** @param day  the wall time of its midnight. */
export function offsetsAround(day: number, zone: string): DayOffsets {
  return { before: offsetAt(day - DAY, zone), after: offsetAt(day + 2 * DAY, zone) };
}

/**
 * The instants at which the clocks show a wall time: none where they jump over it, two where they
 * are put back over it, else one.
 */
export function instantsOf(wall: number, { before, after }: DayOffsets, zone: string): number[] {
  if (before === after) return [wall - before];
  const instants = [before, after].map((offset) => wall - offset).sort((a, b) => a - b);
  return instants.filter((instant) => wallTimeAt(instant, zone) === wall);
}
