/** Where a row may go: rows near it that keep the bounds and are something that a person can read. */
import { decodeNumber, encodedAs, type Column, type NumberColumn } from './changeable-columns.ts';

export interface RowSpace {
  /** `[values]`, the row itself. */
  readonly row: Float32Array;
  readonly columns: readonly Column[];
}

/** @returns a copy with every column that may change taken from `wish`, within its bounds. */
export function settle({ row, columns }: RowSpace, wish: ArrayLike<number>): Float32Array {
  const settled = row.slice();
  for (const column of columns) {
    if (column.kind === 'number') {
      settled[column.at] = settleNumber(column, row, wish[column.at]!);
      continue;
    }
    const { at, size } = column;
    const chosen = likeliest(wish, at, size);
    // An empty cell stays one unless a category takes more than half of it.
    if (chosen === null) continue;
    settled.fill(0, at, at + size);
    settled[at + chosen] = 1;
  }
  return settled;
}

/** The nearest value with the column's decimals; the row's own where that is not allowed. */
function settleNumber(column: NumberColumn, row: Float32Array, wish: number): number {
  const { encoder, at, decimals } = column;
  const own = row[at]!;
  const [low, high] = boundsOf(column, row);
  if (wish === own || low > high) return own;
  const unit = 10 ** -decimals;
  const wished = Math.min(high, Math.max(low, decodeNumber(encoder, wish)));
  let value = Number(wished.toFixed(decimals));
  if (value > high) value = Number((value - unit).toFixed(decimals));
  if (value < low) value = Number((value + unit).toFixed(decimals));
  const isOwn = value < low || value > high || value === decodeNumber(encoder, own);
  return isOwn ? own : encodedAs(encoder, value);
}

/** In the column's own units; empty where its direction leads away from what is allowed. */
function boundsOf(column: NumberColumn, row: Float32Array): readonly [low: number, high: number] {
  const { encoder, at, direction } = column;
  const own = decodeNumber(encoder, row[at]!);
  return [
    direction === 'up' ? Math.max(column.low, own) : column.low,
    direction === 'down' ? Math.min(column.high, own) : column.high,
  ];
}

/** @returns the bounds as encoded values, for the search; the row's own value where there are none. */
export function encodedBounds(
  column: NumberColumn,
  row: Float32Array,
): readonly [low: number, high: number] {
  const [low, high] = boundsOf(column, row);
  const own = row[column.at]!;
  return low > high
    ? [own, own]
    : [encodedAs(column.encoder, low), encodedAs(column.encoder, high)];
}

function likeliest(wish: ArrayLike<number>, at: number, size: number): number | null {
  let best = 0;
  let sum = 0;
  for (let index = 0; index < size; index += 1) {
    sum += wish[at + index]!;
    if (wish[at + index]! > wish[at + best]!) best = index;
  }
  return sum > 0.5 ? best : null;
}

/** The columns in which a settled row differs from the row. */
export function changedColumns({ row, columns }: RowSpace, other: Float32Array): Column[] {
  return columns.filter((column) => distanceOf(column, row, other) > 0);
}

/** Σ |change| / spread over numbers, and 1 for each category that is another. */
export function distanceBetween({ row, columns }: RowSpace, other: Float32Array): number {
  return columns.reduce((sum, column) => sum + distanceOf(column, row, other), 0);
}

function distanceOf(column: Column, row: Float32Array, other: Float32Array): number {
  if (column.kind === 'number') {
    return Math.abs(other[column.at]! - row[column.at]!) / column.spread;
  }
  const own = row.subarray(column.at, column.at + column.size);
  return own.every((value, index) => value === other[column.at + index]) ? 0 : 1;
}

/** @returns a copy of `other` with one column as the row has it. */
export function putBack({ row }: RowSpace, other: Float32Array, column: Column): Float32Array {
  const size = column.kind === 'number' ? 1 : column.size;
  const copy = other.slice();
  copy.set(row.subarray(column.at, column.at + size), column.at);
  return copy;
}
