import { CounterRandom, type RandomKey } from './random.ts';

/**
 * A seeded sample of rows without replacement, in their order; all rows where there are fewer.
 *
 * @returns indices of rows.
 */
export function drawRows(rows: number, most: number, key: RandomKey): Int32Array {
  return new CounterRandom(key).permutation(rows).subarray(0, most).toSorted();
}

/**
 * @param x  `[rows, values]`.
 * @returns `[chosen, values]`, the chosen rows back to back.
 */
export function takeRows(x: Float32Array, values: number, chosen: Int32Array): Float32Array {
  const taken = new Float32Array(chosen.length * values);
  chosen.forEach((row, at) => taken.set(x.subarray(row * values, (row + 1) * values), at * values));
  return taken;
}
