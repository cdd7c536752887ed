/** Divides rows by time: what comes later is never trained on. */
import { PipelineError } from '../../errors.ts';
import { everyCell, forEachCell, type RowBlocks } from '../row-blocks.ts';
import { parseNumber } from '../table.ts';

const ISO_DATE = /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?Z?)?)?$/;

/**
 * Rows in the order of a column, rows of equal times in that of the source. Keeps each date that is
 * written once.
 *
 * @param column  numbers, or dates as ISO 8601 writes them without an offset, whose order is that of
 * their text.
 * @param counts  rows of each part, the earliest first.
 * @returns `[rows]`, the part of each.
 * @throws PipelineError `DATA_INVALID` naming the row of a cell that is empty or neither.
 */
export async function splitByTime(
  source: RowBlocks,
  column: string,
  counts: readonly number[],
): Promise<Uint8Array> {
  const times = (await readNumbers(source, column)) ?? (await readDates(source, column));
  const order = Int32Array.from({ length: times.length }, (_, row) => row).sort(
    (a, b) => (times[a] as number) - (times[b] as number) || a - b,
  );
  const parts = new Uint8Array(times.length);
  let at = 0;
  counts.forEach((count, part) => {
    for (const end = at + count; at < end; at += 1) parts[order[at] as number] = part;
  });
  return parts;
}

/** `null` where a cell is no number. */
async function readNumbers(source: RowBlocks, column: string): Promise<Float64Array | null> {
  const numbers = new Float64Array(source.rows);
  let at = 0;
  const isNumeric = await everyCell(source, column, (cell) => {
    const value = cell === null ? null : parseNumber(cell);
    numbers[at] = value ?? NaN;
    at += 1;
    return value !== null;
  });
  return isNumeric ? numbers : null;
}

/** The place of each row's date among all dates. */
async function readDates(source: RowBlocks, column: string): Promise<Int32Array> {
  const found = new Map<string, number>();
  const rows = new Int32Array(source.rows);
  await forEachCell(source, column, (cell, row) => {
    if (cell === null || !ISO_DATE.test(cell.trim())) throw notATime(column, row, cell);
    const date = cell.trim().replace(' ', 'T');
    const number = found.get(date) ?? found.size;
    found.set(date, number);
    rows[row] = number;
  });
  const places = new Int32Array(found.size);
  [...found.keys()].sort().forEach((date, place) => (places[found.get(date) as number] = place));
  return rows.map((number) => places[number] as number);
}

function notATime(column: string, row: number, cell: string | null): PipelineError {
  const found = cell === null ? 'empty' : JSON.stringify(cell.slice(0, 60));
  return new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(column)}, row ${row} (from 0): ${found} is no time to split by`,
    { remedy: 'use numbers, or dates such as 2024-05-17 or 2024-05-17T09:30:00, in every row' },
  );
}
