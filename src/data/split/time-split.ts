/** Divides rows by time: what comes later is never trained on. */
import { PipelineError } from '../../errors.ts';
import { columnOf, parseNumber, type Table } from '../table.ts';

const ISO_DATE = /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?)?)?$/;

/**
 * Rows in the order of a column, rows of equal times in that of the source.
 *
 * @param column  numbers, or dates as ISO 8601 writes them without an offset, whose order is that of
 * their text.
 * @param counts  rows of each part, the earliest first.
 * @returns `[parts]`, row numbers.
 * @throws PipelineError `DATA_INVALID` naming the row of a cell that is empty or neither.
 */
export function splitByTime(table: Table, column: string, counts: readonly number[]): number[][] {
  const cells = columnOf(table, column);
  const numbers = cells.map((cell) => (cell === null ? null : parseNumber(cell)));
  const isNumeric = numbers.every((value) => value !== null);
  const odd = isNumeric
    ? -1
    : cells.findIndex((cell) => cell === null || !ISO_DATE.test(cell.trim()));
  if (odd >= 0) throw notATime(column, odd, cells[odd] ?? null);
  const times = isNumeric
    ? numbers
    : cells.map((cell) => (cell as string).trim().replace(' ', 'T'));
  const order = Array.from(cells.keys()).sort((a, b) => compare(times[a], times[b]) || a - b);
  let at = 0;
  return counts.map((count) => order.slice(at, (at += count)));
}

function compare(a: string | number | null | undefined, b: typeof a): number {
  if (a === b) return 0;
  return (a as string | number) < (b as string | number) ? -1 : 1;
}

function notATime(column: string, row: number, cell: string | null): PipelineError {
  const found = cell === null ? 'empty' : JSON.stringify(cell.slice(0, 60));
  return new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(column)}, row ${row} (from 0): ${found} is no time to split by`,
    { remedy: 'use numbers, or dates such as 2024-05-17 or 2024-05-17T09:30:00, in every row' },
  );
}
