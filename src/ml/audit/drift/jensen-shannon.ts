/** How far two distributions over the same bins are apart. */
import type { BinCounts } from '../population-stability-index.ts';

/**
 * √(½ KL(r‖h) + ½ KL(c‖h)) with h = (r + c)/2 and logarithms to base 2: scipy's
 * `jensenshannon(r, c, base=2)`; its square is the divergence in bits.
 *
 * Needs nothing in place of an empty bin, unlike the population stability index.
 *
 * @returns 0 to 1; 0 where either side has no row: there is nothing to tell apart.
 * @see Endres and Schindelin 2003, A new metric for probability distributions
 */
export function jensenShannonDistance({ reference, current }: BinCounts): number {
  const [n, m] = [sumOf(reference), sumOf(current)];
  if (n === 0 || m === 0) return 0;
  const divergence = sumOf(
    reference.map((count, bin) => {
      const [r, c] = [count / n, (current[bin] ?? 0) / m];
      const half = (r + c) / 2;
      return (relative(r, half) + relative(c, half)) / 2;
    }),
  );
  // Rounding may leave a little below 0 where both are the same.
  return Math.sqrt(Math.max(0, divergence / Math.LN2));
}

const relative = (share: number, half: number): number =>
  share === 0 ? 0 : share * Math.log(share / half);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
