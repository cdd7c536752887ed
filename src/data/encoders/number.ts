/** Numbers: missing values imputed by the median, then scaled; fitted on the training part. */
import type { NumberEncoder } from '../dataset.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';
import { NumberList } from './number-list.ts';
import { numbersOf } from './numbers-of.ts';
import { fitScale } from './scale.ts';
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

/** Looks at the values after imputation. Keeps 8 bytes for each row of the training part. */
export function numberFit(column: string, scale: NumberEncoder['scale']): Fit<NumberEncoder> {
  const list = new NumberList();
  return {
    columns: [column],
    add: (block, training) => {
      const numbers = numbersOf(block, column);
      for (const row of training) list.push(numbers[row] ?? NaN);
    },
    finish: () => {
      const { values } = list;
      const imputed = median(values.filter((value) => !Number.isNaN(value)));
      values.forEach((value, index) => {
        if (Number.isNaN(value)) values[index] = imputed;
      });
      return { type: 'number', column, scale, imputed, ...fitScale(values, scale) };
    },
  };
}

export function encodeNumber(
  encoder: Pick<NumberEncoder, 'offset' | 'divisor' | 'imputed'>,
  value: number | null,
): number {
  return ((value ?? encoder.imputed) - encoder.offset) / encoder.divisor;
}

/** 0 of nothing, so that a column without any value encodes as a constant. Sorts the values. */
function median(values: Float64Array): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
