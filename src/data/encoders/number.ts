/** Numbers: missing values imputed by the median, then scaled; fitted on the training part. */
import type { NumberEncoder } from '../dataset.ts';
import type { Encoding } from './encoding.ts';
import { numbersOf } from './numbers-of.ts';
import { unscale } from './unscale.ts';

export const numberEncoding: Encoding<NumberEncoder> = {
  width: () => 1,
  names: ({ column }) => [column],
  open: (encoder, table) => {
    const values = numbersOf(table, encoder.column);
    return {
      write: (row, out, offset) => {
        out[offset] = encodeNumber(encoder, values[row] ?? null);
      },
    };
  },
  decode: ({ column, offset, divisor }, [encoded = NaN]) => [
    [column, unscale(encoded, offset, divisor)],
  ],
};

export interface NumberColumn {
  readonly column: string;
  readonly scale: NumberEncoder['scale'];
  /** `[rows]` of the training part; `null` where missing. */
  readonly training: readonly (number | null)[];
}

/**
 * standard: (x − mean) / standard deviation, with n as divisor; minmax: to [0, 1]. Both look at
 * the values after imputation. A constant column has divisor 1.
 */
export function fitNumber({ column, scale, training }: NumberColumn): NumberEncoder {
  const imputed = median(training.filter((value) => value !== null));
  const values = training.map((value) => value ?? imputed);
  return { type: 'number', column, scale, imputed, ...fitScale(values, scale) };
}

export function encodeNumber(
  encoder: Pick<NumberEncoder, 'offset' | 'divisor' | 'imputed'>,
  value: number | null,
): number {
  return ((value ?? encoder.imputed) - encoder.offset) / encoder.divisor;
}

/** Of values without missing ones; the divisor is 1 where they are all equal. */
export function fitScale(
  values: readonly number[],
  scale: NumberEncoder['scale'],
): { offset: number; divisor: number } {
  if (scale === 'none') return { offset: 0, divisor: 1 };
  if (scale === 'standard') return fitStandard(values);
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { offset: low, divisor: high > low ? high - low : 1 };
}

function fitStandard(values: readonly number[]): { offset: number; divisor: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  // Rounding gives a constant column a variance up to this; see scikit-learn's StandardScaler.
  const rounding = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { offset: mean, divisor: variance > rounding ? Math.sqrt(variance) : 1 };
}

/** 0 of nothing, so that a column without any value encodes as a constant. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
