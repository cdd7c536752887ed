/**
 * Cron expressions: minute, hour, day of the month, month, day of the week.
 *
 * A field is `*`, a number, a name (`JAN`, `MON`), a range, a list, or any of these with a step
 * (`/n`; a number with a step goes to the end). Sunday is 0 or 7. Where both day fields are
 * restricted, either may match.
 *
 * @see crontab(5), POSIX.1-2017
 */

export interface Cron {
  /** All sorted; days of the week 0 (Sunday) to 6, months 1 to 12. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
  /** Both day fields are restricted: one of them is enough. */
  readonly eitherDay: boolean;
  /** The hour field begins with `*`: the times are steps of a clock, not times of a day. */
  readonly everyHour: boolean;
}

export interface CronProblem {
  readonly message: string;
  readonly remedy: string;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const MINUTE: Field = { name: 'minute', least: 0, most: 59 };
const HOUR: Field = { name: 'hour', least: 0, most: 23 };
const DAY_OF_MONTH: Field = { name: 'day of the month', least: 1, most: 31 };
const MONTH: Field = { name: 'month', least: 1, most: 12, names: MONTHS };
const DAY_OF_WEEK: Field = { name: 'day of the week', least: 0, most: 7, names: DAYS };

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** The longest each month can be; every 29th of February comes. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @returns what is wrong with it, also where it never fires, such as on the 30th of February. */
export function parseCron(text: string): Cron | CronProblem {
  const fields = (NICKNAMES[text.trim().toLowerCase()] ?? text.trim()).split(/\s+/);
  if (fields.length !== 5) {
    return {
      message: `a cron has five fields, not ${text.trim() === '' ? 0 : fields.length}`,
      remedy: 'minute, hour, day of the month, month, day of the week, such as `0 3 * * *`',
    };
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  try {
    const cron = {
      minutes: valuesOf(minute, MINUTE),
      hours: valuesOf(hour, HOUR),
      daysOfMonth: valuesOf(dayOfMonth, DAY_OF_MONTH),
      months: valuesOf(month, MONTH),
      daysOfWeek: [...new Set(valuesOf(dayOfWeek, DAY_OF_WEEK).map((day) => day % 7))].sort(),
      eitherDay: !dayOfMonth.startsWith('*') && !dayOfWeek.startsWith('*'),
      everyHour: hour.startsWith('*'),
    };
    return neverFires(cron) ?? cron;
  } catch (error) {
    if (error instanceof FieldError) return error.problem;
    throw error;
  }
}

class FieldError extends Error {
  readonly problem: CronProblem;

  constructor({ name, least, most, names }: Field, found: string) {
    super(found);
    const spelt = names ? ` or ${names[0]}–${names.at(-1)}` : '';
    this.problem = {
      message: `the ${name} cannot be "${found.slice(0, 40)}"`,
      remedy: `write *, ${least}–${most}${spelt}, ranges a-b, lists a,b and steps */n`,
    };
  }
}

function valuesOf(text: string, field: Field): readonly number[] {
  const values = text.split(',').flatMap((part) => rangeOf(part, field));
  return [...new Set(values)].sort((a, b) => a - b);
}

const PART = /^(?:(\*)|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:\/([0-9]{1,2}))?$/i;

function rangeOf(part: string, field: Field): number[] {
  const [whole, star, first = '', last, step] = PART.exec(part) ?? [];
  if (whole === undefined) throw new FieldError(field, part);
  const from = star ? field.least : numberOf(first, field, part);
  const to =
    star || (last === undefined && step) ? field.most : numberOf(last ?? first, field, part);
  const by = Number(step ?? 1);
  if (from > to || by < 1) throw new FieldError(field, part);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

function numberOf(text: string, field: Field, part: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.least : /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (value >= field.least && value <= field.most) return value;
  throw new FieldError(field, part);
}

function neverFires({ daysOfMonth, months, eitherDay }: Cron): CronProblem | null {
  const earliest = daysOfMonth[0] ?? Infinity;
  if (eitherDay || months.some((month) => earliest <= (LONGEST[month - 1] ?? 0))) return null;
  return { message: 'this cron never fires: no such day', remedy: 'no month of it has that day' };
}
