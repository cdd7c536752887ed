/** The columns of a table as something that a person could change, in encoded values. */
import { suggest } from '../../../did-you-mean.ts';
import { PipelineError } from '../../../errors.ts';
import type { CategoryEncoder, Encoder, NumberEncoder } from '../../../data/dataset.ts';
import { encodeNumber } from '../../../data/encoders/number.ts';
import { columnsOf, widthOf } from '../../../data/encoders/encodings.ts';
import { unscale } from '../../../data/encoders/unscale.ts';
import type { RowBlock } from '../model-function.ts';

/** What a person may change of a column, in its own units; `false`: nothing. */
export type Actionable =
  | false
  | {
      readonly min?: number | undefined;
      readonly max?: number | undefined;
      readonly direction?: 'up' | 'down' | 'any' | undefined;
    };

export type ActionableColumns = Readonly<Record<string, Actionable>>;

export type Column = NumberColumn | CategoryColumn;

export interface NumberColumn {
  readonly kind: 'number';
  readonly encoder: NumberEncoder;
  /** Index of its value in a row. */
  readonly at: number;
  /** In the column's own units: the range of the training part, and what is allowed of it. */
  readonly low: number;
  readonly high: number;
  readonly direction: 'up' | 'down' | 'any';
  /** Most decimals that the training part has: a value in between is none that a person knows. */
  readonly decimals: number;
  /** Median absolute deviation in encoded units; the unit of distances. Above 0. */
  readonly spread: number;
}

export interface CategoryColumn {
  readonly kind: 'category';
  readonly encoder: CategoryEncoder;
  /** Index of the first of its values in a row. */
  readonly at: number;
  readonly size: number;
}

const MAX_DECIMALS = 6;

/**
 * Numbers and categories that vary in the training part and are not held fast. All other columns, such
 * as dates, stay as they are.
 *
 * @param training  at least one row.
 * @throws PipelineError `SPEC_INVALID` for an actionable column that the data does not have, bounds of
 * a category, and bounds that leave nothing of the training part's range.
 */
export function changeableColumns(
  encoders: readonly Encoder[],
  training: RowBlock,
  actionable: ActionableColumns = {},
): Column[] {
  requireKnown(Object.keys(actionable), encoders.flatMap(columnsOf));
  const columns: Column[] = [];
  let at = 0;
  for (const encoder of encoders) {
    const own = at;
    at += widthOf(encoder);
    if (encoder.type !== 'number' && encoder.type !== 'category') continue;
    const allowed = Object.hasOwn(actionable, encoder.column) ? actionable[encoder.column] : {};
    if (allowed === undefined || allowed === false) continue;
    if (encoder.type === 'number') {
      columns.push(...numberColumn({ encoder, at: own, training, allowed }));
      continue;
    }
    if (Object.keys(allowed).length > 0) throw boundsOfCategory(encoder.column);
    const size = encoder.categories.length;
    if (size > 1) columns.push({ kind: 'category', encoder, at: own, size });
  }
  return columns;
}

function requireKnown(names: readonly string[], columns: readonly string[]): void {
  const stray = names.find((name) => !columns.includes(name));
  if (stray === undefined) return;
  throw new PipelineError(
    'SPEC_INVALID',
    `explain: \`actionable\` names "${stray}", which is no column that the model reads`,
    { remedy: suggest(stray, columns, 'columns') },
  );
}

function boundsOfCategory(column: string): PipelineError {
  return new PipelineError(
    'SPEC_INVALID',
    `explain: \`actionable\` bounds "${column}", which is a category`,
    { remedy: 'give false to hold it fast, or leave it out' },
  );
}

interface NumberCall {
  readonly encoder: NumberEncoder;
  readonly at: number;
  readonly training: RowBlock;
  readonly allowed: Exclude<Actionable, false>;
}

/** @returns none for a constant. */
function numberColumn({ encoder, at, training, allowed }: NumberCall): NumberColumn[] {
  const { x, rows, values } = training;
  const encoded = Float64Array.from({ length: rows }, (_, row) => x[row * values + at]!).sort();
  const spread = spreadOf(encoded);
  if (spread === 0) return [];
  const own = Array.from(new Set(encoded), (value) => decodeNumber(encoder, value));
  const { min = -Infinity, max = Infinity, direction = 'any' } = allowed;
  const [low, high] = [
    Math.max(Math.min(...ends(own)), min),
    Math.min(Math.max(...ends(own)), max),
  ];
  if (low > high) {
    throw new PipelineError(
      'SPEC_INVALID',
      `explain: the bounds of "${encoder.column}" leave nothing of what the training part has, ${Math.min(...ends(own))} to ${Math.max(...ends(own))}`,
      { remedy: 'widen `min` and `max`, or give false to hold it fast' },
    );
  }
  const decimals = own.reduce((most, value) => Math.max(most, decimalsOf(value)), 0);
  return [{ kind: 'number', encoder, at, low, high, direction, decimals, spread }];
}

/** Of sorted values, without spreading a large array over a call. */
const ends = (sorted: readonly number[]): [number, number] => [sorted[0]!, sorted.at(-1)!];

export const decodeNumber = ({ offset, divisor }: NumberEncoder, encoded: number): number =>
  unscale(encoded, offset, divisor) ?? NaN;

/** As float32, which is what a model reads. */
export const encodedAs = (encoder: NumberEncoder, value: number): number =>
  Math.fround(encodeNumber(encoder, value));

function decimalsOf(value: number): number {
  for (let decimals = 0; decimals < MAX_DECIMALS; decimals += 1) {
    if (Number(value.toFixed(decimals)) === value) return decimals;
  }
  return MAX_DECIMALS;
}

/** The standard deviation where more than half of the values are equal; 0 of a constant. */
function spreadOf(sorted: Float64Array): number {
  const middle = medianOf(sorted);
  const deviations = sorted.map((value) => Math.abs(value - middle)).sort();
  const deviation = medianOf(deviations);
  if (deviation > 0) return deviation;
  if (sorted[0] === sorted.at(-1)) return 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length);
}

function medianOf(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
