/** Encoded rows back in the units of the source, for people to look at. */
import { PipelineError } from '../errors.ts';
import type { Encoder } from './dataset.ts';

export type ReadableRow =
  | {
      readonly kind: 'image';
      /** `[height, width, channels]`. */
      readonly shape: readonly number[];
      /** In [0, 1] whatever the source's range was; row by row, channels last. */
      readonly pixels: readonly number[];
    }
  | { readonly kind: 'row'; readonly values: Readonly<Record<string, string | number | null>> };

/** Half a unit in the last place of a float32, relative. */
const FLOAT32_ERROR = 2 ** -24;
const MAX_DECIMALS = 12;
const PIXEL_STEPS = 10_000;

/**
 * Undoes the encoders of one row. An imputed cell shows what stands for it; a category that the
 * training part lacked, or an empty one, shows as `null`.
 *
 * @param row  `[values]`, one per value that the encoders make.
 * @throws PipelineError `DATA_INVALID` if the row does not have that many values.
 */
export function decodeRow(encoders: readonly Encoder[], row: Float32Array): ReadableRow {
  const width = encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  if (row.length !== width) {
    throw new PipelineError(
      'DATA_INVALID',
      `a row of ${row.length} values does not fit encoders that make ${width}`,
    );
  }
  const [only] = encoders;
  if (encoders.length === 1 && only?.type === 'image') {
    return { kind: 'image', shape: only.shape, pixels: Array.from(row, roundPixel) };
  }
  let offset = 0;
  const cells = encoders.flatMap((encoder) => {
    const from = offset;
    offset += widthOf(encoder);
    return decodeValues(encoder, row.subarray(from, offset));
  });
  // Unlike assignment this keeps a column that is called `__proto__`.
  return { kind: 'row', values: Object.fromEntries(cells) };
}

function widthOf(encoder: Encoder): number {
  if (encoder.type === 'number') return 1;
  return encoder.type === 'category' ? encoder.categories.length : encoder.columns.length;
}

function decodeValues(encoder: Encoder, encoded: Float32Array): ReadableCell[] {
  switch (encoder.type) {
    case 'number':
      return [[encoder.column, unscale(encoded[0] ?? NaN, encoder.offset, encoder.divisor)]];
    case 'category': {
      const index = encoded.indexOf(1);
      return [[encoder.column, encoder.categories[index] ?? null]];
    }
    case 'image': {
      const [low, high] = encoder.range;
      return encoder.columns.map((column, i) => [
        column,
        unscale(encoded[i] ?? NaN, low, high - low),
      ]);
    }
  }
}

type ReadableCell = readonly [column: string, value: string | number | null];

/**
 * Only the digits that the float32 in between preserved, so that 17.99 reads 17.99 and not
 * 17.989999938.
 */
function unscale(encoded: number, offset: number, divisor: number): number | null {
  const value = encoded * divisor + offset;
  if (!Number.isFinite(value)) return null;
  const error = Math.abs(encoded * divisor) * FLOAT32_ERROR;
  if (error === 0) return value;
  const decimals = Math.floor(-Math.log10(2 * error));
  return Number(value.toFixed(Math.min(Math.max(decimals, 0), MAX_DECIMALS)));
}

function roundPixel(value: number): number {
  return Math.round(value * PIXEL_STEPS) / PIXEL_STEPS;
}
