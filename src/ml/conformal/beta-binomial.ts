/** How many of the new rows split conformal prediction covers. */

export interface CalibratedRows {
  /** Calibration rows. */
  readonly n: number;
  /** Which of their scores is the threshold, 1 to n; n + 1: everything is covered. */
  readonly rank: number;
}

/**
 * Where the scores of calibration rows and of m new ones are exchangeable and no two are equal, the
 * count of new ones up to the threshold is beta-binomial: given the threshold each is covered with
 * one probability, which is Beta(k, n + 1 − k) itself. Equal scores only make it larger.
 *
 * @returns `[m + 1]`, the probability of each count.
 * @see Vovk 2012, arXiv:1209.2673, proposition 2a; Angelopoulos and Bates 2021, arXiv:2107.07511,
 * section 3.2 and appendix C
 */
export function coveredCounts({ n, rank }: CalibratedRows, m: number): Float64Array {
  const counts = new Float64Array(m + 1);
  if (rank > n) {
    counts[m] = 1;
    return counts;
  }
  // In logarithms from one count to the next; the sum is what it lacks to be a distribution.
  let log = 0;
  for (let count = 0; count <= m; count += 1) {
    counts[count] = log;
    log += Math.log(((m - count) / (count + 1)) * ((rank + count) / (n - rank + m - count)));
  }
  const largest = counts.reduce((most, one) => Math.max(most, one), -Infinity);
  const weights = counts.map((one) => Math.exp(one - largest));
  const sum = weights.reduce((total, one) => total + one, 0);
  return weights.map((one) => one / sum);
}

/**
 * The central interval of the share that is covered: either tail has at most (1 − confidence)/2.
 *
 * @param m  new rows, from 1.
 */
export function coverageBand(
  calibrated: CalibratedRows,
  m: number,
  confidence: number,
): { low: number; high: number } {
  const counts = coveredCounts(calibrated, m);
  const tail = (1 - confidence) / 2;
  return { low: edge(counts, tail) / m, high: (m - edge(counts.slice().reverse(), tail)) / m };
}

/** The first count by which more than the tail has been passed. */
function edge(counts: Float64Array, tail: number): number {
  let passed = 0;
  return counts.findIndex((probability) => (passed += probability) > tail);
}
