/** The columns that a model reads, then and now, side by side. */
import type { DatasetManifest, Encoder } from '../../data/dataset.ts';
import { numbersOf } from '../../data/encoders/numbers-of.ts';
import { widthOf } from '../../data/encoders/encodings.ts';
import { encodeNumber } from '../../data/encoders/number.ts';
import { columnOf, type Table } from '../../data/table.ts';
import type { ColumnSample } from './drift/measure-sample.ts';

/** As `loadPart` gives it. */
export interface ReferenceRows {
  readonly manifest: Pick<DatasetManifest, 'encoders' | 'missing'>;
  readonly rows: number;
  /** `[rows, values]`. */
  readonly x: Float32Array;
}

/** New rows, encoded by the reference's encoders. */
export type EncodedRows = Pick<ReferenceRows, 'rows' | 'x'>;

/**
 * Each column of numbers, pixels and categories that the encoders read, in their order; texts, dates,
 * sequences and pictures of files are passed over.
 *
 * The new cells go through the reference's encoders, so that both sides are rounded alike and the
 * same cells fall into the same bins. Data sets of earlier versions do not say how many numbers were
 * missing: there an empty cell counts as the value that stands for it, on both sides. So it does
 * where the new rows come encoded.
 *
 * @param current  a table may have other columns besides; the target is not looked at.
 * @throws PipelineError `DATA_INVALID` for a column that the table lacks, and for a cell that is no
 * number in a column of numbers.
 */
export function* columnSamples(
  reference: ReferenceRows,
  current: Table | EncodedRows,
): Generator<ColumnSample> {
  const width = reference.manifest.encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  let at = 0;
  for (const encoder of reference.manifest.encoders) {
    for (const number of numbersIn(encoder)) {
      yield numberSample(reference, current, { number, at, width });
      at += 1;
    }
    if (encoder.type === 'category') {
      const place = { at, width };
      yield {
        type: 'categories',
        column: encoder.column,
        reference: categoriesIn(reference, encoder, place),
        current: isTable(current)
          ? columnOf(current, encoder.column)
          : categoriesIn(current, encoder, place),
      };
    }
    if (!isNumeric(encoder)) at += widthOf(encoder);
  }
}

type OfType<Type extends Encoder['type']> = Extract<Encoder, { type: Type }>;
type NumberRule = Pick<OfType<'number'>, 'column' | 'offset' | 'divisor' | 'imputed'>;

const isTable = (rows: Table | EncodedRows): rows is Table => !('x' in rows);

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

function numberSample(
  reference: ReferenceRows,
  current: Table | EncodedRows,
  { number, at, width }: Place & { readonly number: NumberRule },
): ColumnSample {
  const { column } = number;
  const imputed = Math.fround(encodeNumber(number, null));
  const missing = isTable(current) ? reference.manifest.missing : undefined;
  let left = missing && Object.hasOwn(missing, column) ? (missing[column] ?? 0) : 0;
  const valuesIn = ({ rows, x }: EncodedRows) =>
    Float32Array.from({ length: rows }, (_, row) => x[row * width + at] as number);
  const trained = valuesIn(reference).map((value) => {
    // Which rows were empty is not known, only how many of those with this value.
    if (left === 0 || value !== imputed) return value;
    left -= 1;
    return NaN;
  });
  const empty = missing ? NaN : imputed;
  const now = isTable(current)
    ? Float32Array.from(numbersOf(current, column), (value) =>
        value === null ? empty : encodeNumber(number, value),
      )
    : valuesIn(current);
  return { type: 'numbers', column, reference: trained, current: now, imputed };
}

function categoriesIn(
  { rows, x }: EncodedRows,
  { categories }: OfType<'category'>,
  { at, width }: Place,
): (string | null)[] {
  return Array.from({ length: rows }, (_, row) => {
    const start = row * width + at;
    // The categories are those of the training part: a row of it without one was empty.
    return categories[x.subarray(start, start + categories.length).indexOf(1)] ?? null;
  });
}
