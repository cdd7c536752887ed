/** Columns of text cells to the tensor's values. */
import { PipelineError } from '../../errors.ts';
import type { Encoder } from '../dataset.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { columnOf, parseNumber, sortValues, type Table } from '../table.ts';
import { encodeNumber, fitNumber } from './number.ts';

/** An encoder, and what it makes of any row. */
export interface FittedColumns {
  readonly encoder: Encoder;
  /** One per encoded value. */
  readonly featureNames: readonly string[];
  /** Writes `featureNames.length` values. */
  readonly encode: (row: number, out: Float32Array, offset: number) => void;
  /** Whether the row has a category that the training part lacks. */
  readonly isUnseen: (row: number) => boolean;
}

/** More is an identifier rather than a category. */
const MAX_CATEGORIES = 10_000;
const DEFAULT_RANGE = [0, 255] as const;

/**
 * @param training  rows of the training part; nothing else is looked at.
 * @throws PipelineError `DATA_INVALID` naming column and row of a cell that is no number, and
 * for a picture whose shape does not fit its columns.
 */
export function fitColumns(
  table: Table,
  { group, columns }: FeatureColumns,
  training: Int32Array,
): FittedColumns[] {
  switch (group.type) {
    case 'number':
      return columns.map((column) => fitNumberColumn(table, column, group.scale, training));
    case 'category':
      return columns.map((column) => fitCategoryColumn(table, column, training));
    case 'image':
      return [fitImage(table, { group, columns })];
  }
}

function fitNumberColumn(
  table: Table,
  column: string,
  scale: 'standard' | 'minmax' | 'none',
  training: Int32Array,
): FittedColumns {
  const values = numbersOf(table, column);
  const encoder = fitNumber({
    column,
    scale,
    training: Array.from(training, (row) => values[row] ?? null),
  });
  return {
    encoder,
    featureNames: [column],
    encode: (row, out, offset) => {
      out[offset] = encodeNumber(encoder, values[row] ?? null);
    },
    isUnseen: () => false,
  };
}

function fitCategoryColumn(table: Table, column: string, training: Int32Array): FittedColumns {
  const cells = columnOf(table, column);
  const known = new Set<string>();
  for (const row of training) {
    const cell = cells[row];
    if (cell != null) known.add(cell);
  }
  if (known.size > MAX_CATEGORIES) {
    throw new PipelineError(
      'DATA_INVALID',
      `The column ${JSON.stringify(column)} has ${known.size} categories; at most ${MAX_CATEGORIES}`,
      { remedy: 'leave out columns that only identify a row' },
    );
  }
  const categories = sortValues(known);
  const indices = new Map(categories.map((category, index) => [category, index]));
  return {
    encoder: { type: 'category', column, categories },
    featureNames: categories.map((category) => `${column}=${category}`),
    encode: (row, out, offset) => {
      const index = indices.get(cells[row] ?? '');
      // A missing or unseen value stays all zeros.
      if (index !== undefined) out[offset + index] = 1;
    },
    isUnseen: (row) => cells[row] != null && !indices.has(cells[row]),
  };
}

/** A missing pixel is the lower end of the range, the background. */
function fitImage(table: Table, { group, columns }: FeatureColumns): FittedColumns {
  const [height, width, channels] = group.shape ?? [];
  if (height === undefined || width === undefined || channels === undefined) {
    throw new PipelineError('SPEC_MISSING_KEY', 'A group of type image needs a shape', {
      remedy: 'give shape: [height, width, channels]',
    });
  }
  if (height * width * channels !== columns.length) {
    throw new PipelineError(
      'DATA_INVALID',
      `A picture of [${height}, ${width}, ${channels}] needs ${height * width * channels} columns; ${columns.length} match`,
    );
  }
  const [low = 0, high = 1] = group.range ?? DEFAULT_RANGE;
  if (!(high > low)) {
    throw new PipelineError('SPEC_INVALID', `range [${low}, ${high}] must rise`);
  }
  const pixels = columns.map((column) => numbersOf(table, column));
  return {
    encoder: { type: 'image', columns, shape: [height, width, channels], range: [low, high] },
    featureNames: columns,
    encode: (row, out, offset) => {
      pixels.forEach((values, index) => {
        out[offset + index] = ((values[row] ?? low) - low) / (high - low);
      });
    },
    isUnseen: () => false,
  };
}

/**
 * @returns `[rows]`; `null` where missing.
 * @throws PipelineError `DATA_INVALID` naming column and row of a cell that is no number.
 */
export function numbersOf(table: Table, column: string): (number | null)[] {
  return columnOf(table, column).map((cell, row) => {
    if (cell === null) return null;
    const value = parseNumber(cell);
    if (value !== null) return value;
    throw new PipelineError(
      'DATA_INVALID',
      `Column ${JSON.stringify(column)}, row ${row} (from 0): ${JSON.stringify(cell.slice(0, 60))} is not a number`,
      { remedy: 'mend the cell, leave it empty, or read the column as a category' },
    );
  });
}
