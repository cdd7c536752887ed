/**
 * Intervals around predicted numbers. `calibratedThreshold` of the scores of calibration rows is the
 * `threshold` here: a value is in the interval if and only if its score is not above it.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Scores of true values, and the values whose score is not above a threshold. */
export interface IntervalMethod<Prediction> {
  score(prediction: Prediction, truth: number): number;
  /** @param threshold  +∞ gives the whole line. */
  interval(prediction: Prediction, threshold: number): Interval;
}

const around = (middle: number, half: number): Interval => ({
  low: middle - half,
  high: middle + half,
});

/**
 * |y − ŷ|: intervals of one width.
 *
 * @see Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, arXiv:1604.04173, algorithm 2
 */
export const absoluteResidual: IntervalMethod<number> = {
  score: (predicted, truth) => Math.abs(truth - predicted),
  interval: (predicted, threshold) => around(predicted, threshold),
};

export interface SpreadPrediction {
  readonly value: number;
  /** How far off the value is thought to be; above 0. */
  readonly spread: number;
}

/**
 * |y − ŷ|/σ̂: intervals as wide as a second model thinks the first to be off.
 *
 * @see Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, arXiv:1604.04173, section 5.2
 */
export const normalisedResidual: IntervalMethod<SpreadPrediction> = {
  score: ({ value, spread }, truth) => Math.abs(truth - value) / spread,
  interval: ({ value, spread }, threshold) => around(value, threshold * spread),
};

/**
 * max(low − y, y − high): two predicted quantiles, moved apart or together by what they were off.
 * An interval whose ends cross is empty: `low` is above `high`.
 *
 * @see Romano, Patterson and Candès 2019, Conformalized Quantile Regression, arXiv:1905.03222, eq. 6
 */
export const quantileResidual: IntervalMethod<Interval> = {
  score: ({ low, high }, truth) => Math.max(low - truth, truth - high),
  interval: ({ low, high }, threshold) => ({ low: low - threshold, high: high + threshold }),
};
