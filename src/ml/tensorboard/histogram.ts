/** How values are spread, in as many equal intervals as TensorBoard's own summaries have. */

/** `HistogramProto`: the i-th interval ends at `limits[i]`. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

const INTERVALS = 30;

/** @param values  finite, at least one; equal ones make one interval. */
export function histogramOf(values: Float32Array): Histogram {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let sumSquares = 0;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumSquares += value * value;
  }
  const intervals = max > min ? INTERVALS : 1;
  const width = (max - min) / intervals;
  const counts = Array.from({ length: intervals }, () => 0);
  for (const value of values) {
    // The largest value belongs to the last interval.
    const at = width > 0 ? Math.min(intervals - 1, Math.floor((value - min) / width)) : 0;
    counts[at] = (counts[at] as number) + 1;
  }
  const limits = counts.map((_, at) => (at === intervals - 1 ? max : min + (at + 1) * width));
  return { min, max, count: values.length, sum, sumSquares, limits, counts };
}
