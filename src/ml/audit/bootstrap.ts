import type { CounterRandom } from '../random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Resamples, at least 1. */
  readonly samples: number;
  /** Share of resamples inside the interval, such as 0.95. */
  readonly confidence: number;
  readonly random: CounterRandom;
}

/**
 * Bootstrap percentile interval of a mean: rows are drawn with replacement, and the interval
 * runs between the (1 ∓ confidence)/2 quantiles of the resampled means.
 *
 * @param values  `[rows]`, such as 1 for a row predicted right and 0 for a wrong one.
 * @see Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3
 */
export function bootstrapMeanInterval(
  values: ArrayLike<number>,
  { samples, confidence, random }: BootstrapOptions,
): Interval {
  const rows = values.length;
  const means = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample += 1) {
    let sum = 0;
    for (let draw = 0; draw < rows; draw += 1) sum += values[random.integer(rows)] ?? NaN;
    means[sample] = sum / rows;
  }
  means.sort();
  return {
    low: quantile(means, (1 - confidence) / 2),
    high: quantile(means, (1 + confidence) / 2),
  };
}

/**
 * Linear interpolation between order statistics, as NumPy's default.
 *
 * @param sorted  ascending, not empty.
 * @param share  0 to 1.
 * @see Hyndman and Fan 1996, Sample Quantiles in Statistical Packages, definition 7
 */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (position - below) * (high - low);
}
