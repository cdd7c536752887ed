/** Whether two samples, counted in the same bins, may come from one distribution. */
import { chiSquaredTail } from './chi-squared-tail.ts';
import type { BinCounts } from './population-stability-index.ts';

/**
 * Pearson's χ² test of homogeneity: χ² = Σᵢ (rᵢ √(m/n) − cᵢ √(n/m))² / (rᵢ + cᵢ) over the B bins
 * that hold anything, for samples of n and m rows; B − 1 degrees of freedom.
 *
 * Unlike a test on the population stability index it does not depend on what stands for an empty
 * bin, which a small sample leaves by chance.
 *
 * @returns how likely chance alone makes so large a difference, in [0, 1]; 1 where there is nothing
 * to tell apart.
 * @see Pearson 1911, On the probability that two independent distributions of frequency are really
 * samples from the same population
 */
export function homogeneityTest({ reference, current }: BinCounts): number {
  const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const [n, m] = [sumOf(reference), sumOf(current)];
  if (n === 0 || m === 0) return 1;
  let statistic = 0;
  let occupied = 0;
  reference.forEach((count, bin) => {
    const now = current[bin] ?? 0;
    if (count + now === 0) return;
    occupied += 1;
    statistic += (count * m - now * n) ** 2 / (n * m * (count + now));
  });
  return chiSquaredTail(statistic, occupied - 1);
}
