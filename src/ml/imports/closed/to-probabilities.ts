import type { ForeignReading } from '../../model.ts';

export interface RawAnswer {
  /** `[rows, outputs]`. */
  readonly values: Float32Array;
  readonly rows: number;
}

/**
 * One output of two classes is the second one's.
 *
 * @returns `[rows, classes]` in the order of the classes.
 */
export function toProbabilities(
  { values, rows }: RawAnswer,
  { output, order }: Pick<ForeignReading, 'output' | 'order'>,
): Float32Array {
  const outputs = values.length / rows;
  const all = new Float32Array(rows * order.length);
  for (let row = 0; row < rows; row += 1) {
    const own = values.subarray(row * outputs, (row + 1) * outputs);
    const shares = outputs === 1 ? ofOne(own[0] as number, output) : ofAll(own, output);
    order.forEach((place, at) => {
      all[row * order.length + at] = shares[place] as number;
    });
  }
  return all;
}

function ofOne(value: number, output: ForeignReading['output']): readonly number[] {
  const second = output === 'logits' ? 1 / (1 + Math.exp(-value)) : value;
  return [1 - second, second];
}

function ofAll(values: Float32Array, output: ForeignReading['output']): ArrayLike<number> {
  if (output === 'probabilities') return values;
  const top = Math.max(...values);
  const shares = Array.from(values, (value) => Math.exp(value - top));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}
