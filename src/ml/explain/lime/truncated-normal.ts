import { normalQuantile, normalTail } from '../normal-distribution.ts';

export interface TruncatedNormal {
  readonly mean: number;
  /** Above 0. */
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Quantiles of a normal distribution between two bounds.
 *
 * @param cells  of equal probability.
 * @returns `[cells + 1]`, from `low` to `high`.
 */
export function truncatedQuantiles(
  { mean, deviation, low, high }: TruncatedNormal,
  cells: number,
): Float64Array {
  const [a, b] = [(low - mean) / deviation, (high - mean) / deviation];
  // Shares are taken from the tail that the interval lies in, where they do not cancel out.
  const isUpper = a > 0;
  const share = isUpper ? normalTail : (value: number) => normalTail(-value);
  const [from, to] = [share(a), share(b)];
  return Float64Array.from({ length: cells + 1 }, (_, cell) => {
    if (cell === 0 || low === high) return low;
    if (cell === cells) return high;
    const at = from + ((to - from) * cell) / cells;
    const z = isUpper ? -normalQuantile(at) : normalQuantile(at);
    return Math.min(high, Math.max(low, mean + deviation * z));
  });
}
