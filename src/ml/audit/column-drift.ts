/** How far each column of a new table is from the training part that a model was fitted to. */
import type { DatasetManifest, Encoder } from '../../data/dataset.ts';
import { numbersOf } from '../../data/encoders/numbers-of.ts';
import { widthOf } from '../../data/encoders/encodings.ts';
import { encodeNumber } from '../../data/encoders/number.ts';
import { columnOf, type Table } from '../../data/table.ts';
import { homogeneityTest } from './homogeneity-test.ts';
import { populationStabilityIndex, type BinCounts } from './population-stability-index.ts';
import { binCategories, binNumbers } from './reference-bins.ts';

/** As `loadPart` gives it. */
export interface ReferenceRows {
  readonly manifest: Pick<DatasetManifest, 'encoders' | 'missing'>;
  readonly rows: number;
  /** `[rows, values]`. */
  readonly x: Float32Array;
}

export interface ColumnDrift {
  readonly column: string;
  /** See `populationStabilityIndex`. */
  readonly psi: number;
  /** See `homogeneityTest`. */
  readonly pValue: number;
}

/**
 * Measures each column of numbers, pixels and categories that the encoders read, in their order;
 * texts, dates, sequences and pictures of files are passed over.
 *
 * The new cells go through the reference's encoders, so that both sides are rounded alike and the
 * same cells fall into the same bins. Data sets of earlier versions do not say how many numbers were
 * missing: there an empty cell counts as the value that stands for it, on both sides.
 *
 * @param table  may have other columns besides; the target is not looked at.
 * @throws PipelineError `DATA_INVALID` for a column that the table lacks, and for a cell that is no
 * number in a column of numbers.
 */
export function* measureColumns(reference: ReferenceRows, table: Table): Generator<ColumnDrift> {
  const width = reference.manifest.encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  let at = 0;
  for (const encoder of reference.manifest.encoders) {
    for (const number of numbersIn(encoder)) {
      const counts = countNumbers(reference, table, { number, at, width });
      yield judge(number.column, counts);
      at += 1;
    }
    if (encoder.type === 'category') {
      const counts = countCategories(reference, table, { encoder, at, width });
      yield judge(encoder.column, counts);
    }
    if (!isNumeric(encoder)) at += widthOf(encoder);
  }
}

const judge = (column: string, counts: BinCounts): ColumnDrift => ({
  column,
  psi: populationStabilityIndex(counts),
  pValue: homogeneityTest(counts),
});

type OfType<Type extends Encoder['type']> = Extract<Encoder, { type: Type }>;
type NumberRule = Pick<OfType<'number'>, 'column' | 'offset' | 'divisor' | 'imputed'>;

const isNumeric = (encoder: Encoder): encoder is OfType<'number' | 'image'> =>
  encoder.type === 'number' || encoder.type === 'image';

/** A pixel is a number whose missing value is the lower end of the range. */
function numbersIn(encoder: Encoder): readonly NumberRule[] {
  if (!isNumeric(encoder)) return [];
  if (encoder.type === 'number') return [encoder];
  const [low, high] = encoder.range;
  return encoder.columns.map((column) => ({
    column,
    offset: low,
    divisor: high - low,
    imputed: low,
  }));
}

/** Where a column lies in an encoded row of so many values. */
interface Place {
  readonly at: number;
  readonly width: number;
}

function countNumbers(
  { manifest, rows, x }: ReferenceRows,
  table: Table,
  { number, at, width }: Place & { readonly number: NumberRule },
): BinCounts {
  const { missing } = manifest;
  const imputed = Math.fround(encodeNumber(number, null));
  let left = missing && Object.hasOwn(missing, number.column) ? (missing[number.column] ?? 0) : 0;
  const trained = Float32Array.from({ length: rows }, (_, row) => {
    const value = x[row * width + at] as number;
    // Which rows were empty is not known, only how many of those with this value.
    if (left === 0 || value !== imputed) return value;
    left -= 1;
    return NaN;
  });
  const empty = missing ? NaN : imputed;
  const current = Float32Array.from(numbersOf(table, number.column), (value) =>
    value === null ? empty : encodeNumber(number, value),
  );
  return binNumbers(trained, current);
}

function countCategories(
  { rows, x }: ReferenceRows,
  table: Table,
  { encoder, at, width }: Place & { readonly encoder: OfType<'category'> },
): BinCounts {
  const { column, categories } = encoder;
  const trained = Array.from({ length: rows }, (_, row) => {
    const start = row * width + at;
    // The categories are those of the training part: a row without one was empty.
    return categories[x.subarray(start, start + categories.length).indexOf(1)] ?? null;
  });
  return binCategories(trained, columnOf(table, column));
}
