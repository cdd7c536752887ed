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
  // By index: an iterator over millions of weights takes five times as long.
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    sumSquares += value * value;
  }
  const intervals = max > min ? INTERVALS : 1;
  const width = (max - min) / intervals;
  const tally = new Float64Array(intervals);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    // The largest value belongs to the last interval.
    const at = width > 0 ? Math.min(intervals - 1, Math.floor((value - min) / width)) : 0;
    tally[at] = (tally[at] as number) + 1;
  }
  const counts = [...tally];
  const limits = counts.map((_, at) => (at === intervals - 1 ? max : min + (at + 1) * width));
  return { min, max, count: values.length, sum, sumSquares, limits, counts };
}
