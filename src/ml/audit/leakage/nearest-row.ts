import type { LabelledRows } from './shared-rows.ts';

/**
 * How near the nearest training row is: the root of the mean squared difference of the encoded
 * values, so that a number is in standard deviations of its column and a pixel in its range.
 *
 * @param training  at least one row.
 * @returns `[rows]`.
 */
export function nearestDistances(
  audited: Pick<LabelledRows, 'x' | 'rows'>,
  training: Pick<LabelledRows, 'x' | 'rows'>,
  onRow?: () => void,
): Float64Array {
  const values = audited.x.length / audited.rows;
  return Float64Array.from({ length: audited.rows }, (_, row) => {
    onRow?.();
    let nearest = Infinity;
    for (let other = 0; other < training.rows; other += 1) {
      let sum = 0;
      // Most rows are farther than the nearest long before their end.
      for (let value = 0; value < values && sum < nearest; value += 1) {
        const own = audited.x[row * values + value] as number;
        sum += (own - (training.x[other * values + value] as number)) ** 2;
      }
      if (sum < nearest) nearest = sum;
    }
    return Math.sqrt(nearest / values);
  });
}
