/** One cell as a date. */
import type { DateEncoder } from '../dataset.ts';
import { badCell, type BadCell } from './numbers-of.ts';

/** As written, whatever the time zone: where it was 9 o'clock, it was 9 o'clock. */
export interface DateFields {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** From 0, Monday. */
  readonly weekday: number;
  /** From 0; 0 where no time is given. */
  readonly hour: number;
}

const TIME = String.raw`(?:[T ](\d{1,2})(?::\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(?: ?Z|[+-]\d{2}(?::?\d{2})?)?)?`;
export const DATE_PATTERNS = {
  iso: new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${TIME}$`),
  dmy: new RegExp(String.raw`^(\d{1,2})[./-](\d{1,2})[./-](\d{4})${TIME}$`),
  mdy: new RegExp(String.raw`^(\d{1,2})[./-](\d{1,2})[./-](\d{4})${TIME}$`),
} as const;
const UNIX = /^-?\d{1,12}(?:\.\d+)?$/;
/** How a cell is to be written, in words. */
export const WANTED_DATE = {
  iso: 'a date such as 2024-05-17 or 2024-05-17T09:30',
  dmy: 'a date such as 17.05.2024',
  mdy: 'a date such as 05/17/2024',
  unix: 'a time in seconds since 1970',
} as const;

/** @throws PipelineError `DATA_INVALID` for what is written otherwise, and for 30 February. */
export function parseDate(
  { cell, column, row }: Omit<BadCell, 'wanted'>,
  format: DateEncoder['format'],
): DateFields {
  const found = dateOf(cell, format);
  if (found) return found;
  throw badCell({ column, row, cell, wanted: WANTED_DATE[format] });
}

/** @returns `null` for what is written otherwise, and for 30 February. */
export function dateOf(cell: string, format: DateEncoder['format']): DateFields | null {
  const text = cell.trim();
  return format === 'unix' ? fromSeconds(text) : fromPattern(text, format);
}

function fromSeconds(text: string): DateFields | null {
  return UNIX.test(text) ? fieldsOf(new Date(Number(text) * 1000)) : null;
}

function fromPattern(text: string, format: keyof typeof DATE_PATTERNS): DateFields | null {
  const match = DATE_PATTERNS[format].exec(text);
  if (!match) return null;
  const [a = 0, b = 0, c = 0, hour = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  const [year, month, day] = { iso: [a, b, c], dmy: [c, b, a], mdy: [c, a, b] }[format] as [
    number,
    number,
    number,
  ];
  const date = new Date(0);
  // Unlike Date.UTC this keeps the years 0 to 99.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour);
  const fields = fieldsOf(date);
  const isReal = fields?.month === month && fields.day === day && fields.hour === hour;
  return isReal ? fields : null;
}

function fieldsOf(date: Date): DateFields | null {
  if (Number.isNaN(date.getTime())) return null;
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: (date.getUTCDay() + 6) % 7,
    hour: date.getUTCHours(),
  };
}
