/** The threshold of split conformal prediction. */

/** Rounding errors of (n + 1)·α are far smaller, and no α is written as finely. */
const ROUNDING = 1e-9;

/**
 * ⌈(n + 1)(1 − α)⌉: which of the calibration scores, the smallest being 1, is the threshold. Of
 * fewer than ⌈1/α⌉ − 1 scores it is n + 1, which none of them has.
 *
 * @param n  calibration scores, an integer from 0.
 * @param alpha  above 0 and below 1.
 */
export function calibrationRank(n: number, alpha: number): number {
  return n + 1 - Math.floor((n + 1) * alpha + ROUNDING);
}

/**
 * The ⌈(n + 1)(1 − α)⌉-th smallest score, equal ones counted singly; +∞ where n is too small, so
 * that everything belongs to the set.
 *
 * If a new row's score is exchangeable with these, it is above the threshold with probability at
 * most α: its rank among all n + 1 is uniform, and ties only lower it.
 *
 * @param scores  `[n]`, of the true labels of calibration rows; larger is stranger, none is NaN.
 * @param alpha  above 0 and below 1.
 * @see Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World, section 4.1;
 * Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, arXiv:1604.04173, algorithm 2
 */
export function calibratedThreshold(scores: ArrayLike<number>, alpha: number): number {
  const sorted = Float64Array.from(scores).sort();
  return sorted[calibrationRank(sorted.length, alpha) - 1] ?? Infinity;
}
