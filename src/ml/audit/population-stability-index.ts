/** How far the distribution of one feature has moved, from counts in bins. */

/** Of the same bins, one count a bin. */
export interface BinCounts {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Stands for a smaller share, or the logarithm of an empty bin would be infinite. */
const LEAST_SHARE = 1e-4;

/**
 * PSI = Σᵢ (cᵢ − rᵢ) ln(cᵢ / rᵢ) over the bins' shares in the reference (r) and now (c).
 *
 * Shares below 0.0001 are raised to it and the rest is left as it is, as is usual: every term stays
 * at least 0, and 0 where both shares are the same. As a rule of thumb below 0.1 nothing has moved,
 * and from 0.2 or 0.25 on much has. Two samples of n and m rows in B bins are expected to differ by
 * (B − 1)(1/n + 1/m) where nothing has moved: see `homogeneityTest` for what is chance.
 *
 * @returns from 0, in nats; 0 where either side has no row: there is nothing to tell apart.
 * @see Siddiqi 2006, Credit Risk Scorecards, for the index and its rule of thumb
 * @see Yurdakul 2018, Statistical Properties of Population Stability Index, for what to expect
 */
export function populationStabilityIndex({ reference, current }: BinCounts): number {
  const [n, m] = [sumOf(reference), sumOf(current)];
  if (n === 0 || m === 0) return 0;
  return sumOf(
    reference.map((count, bin) => {
      const r = Math.max(count / n, LEAST_SHARE);
      const c = Math.max((current[bin] ?? 0) / m, LEAST_SHARE);
      return (c - r) * Math.log(c / r);
    }),
  );
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
