/** Sizes of a difference between counts in the same bins that do not grow with the rows. */
import type { BinCounts } from '../population-stability-index.ts';

/**
 * Cramér's V of the two samples if both had the same number of rows: √(½ Σ (r − c)²/(r + c)) over the
 * bins' shares in the reference (r) and now (c). χ² itself grows with the rows, and V with how alike
 * their numbers are.
 *
 * @returns 0 to 1, which is nothing in common; 0 where either side has no row.
 * @see Cramér 1946, Mathematical Methods of Statistics, section 21.9
 */
export function balancedCramersV(counts: BinCounts): number {
  const sum = sharesOf(counts).reduce(
    (total, [r, c]) => total + (r + c === 0 ? 0 : (r - c) ** 2 / (r + c)),
    0,
  );
  return Math.sqrt(sum / 2);
}

/**
 * Total variation ½ Σ |r − c|: the largest difference in share of any set of categories, which is
 * Kolmogorov and Smirnov's D without an order, and Wasserstein's distance where any two categories
 * are 1 apart.
 *
 * @returns 0 to 1; 0 where either side has no row.
 */
export function totalVariation(counts: BinCounts): number {
  return sharesOf(counts).reduce((total, [r, c]) => total + Math.abs(r - c), 0) / 2;
}

function sharesOf({ reference, current }: BinCounts): readonly (readonly [number, number])[] {
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const [n, m] = [sumOf(reference), sumOf(current)];
  if (n === 0 || m === 0) return [];
  return reference.map((count, bin) => [count / n, (current[bin] ?? 0) / m]);
}
