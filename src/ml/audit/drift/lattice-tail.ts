/** The exact distribution of the two-sample Kolmogorov–Smirnov statistic. */

export interface LatticeQuestion {
  /** Rows of the two samples, each at least 1. */
  readonly n: number;
  readonly m: number;
  /** The statistic in steps of 1/lcm(n, m), a whole number. */
  readonly reach: number;
}

/**
 * P(D ≥ reach / lcm(n, m)): the share of the lattice paths from (0, 0) to (n, m) that touch
 * |x/n − y/m| = D or go beyond.
 *
 * The last step to (i, j) came from (i − 1, j) with chance i/(i + j), so the share of paths to (i, j)
 * that have been outside is a mean of two such shares: all terms are in [0, 1] and nothing cancels.
 *
 * @see Viehmann 2021, Numerically more stable computation of the p-values for the two-sample
 * Kolmogorov–Smirnov test, arXiv:2102.08037
 */
export function latticeTail({ n, m, reach }: LatticeQuestion): number {
  if (reach === 0) return 1;
  const [wide, narrow] = n > m ? [n, m] : [m, n];
  const common = divisor(wide, narrow);
  const [along, across] = [wide / common, narrow / common];
  // [narrow + 1] of the column i; beyond the band it stays 1, below it is not read again.
  const outside = Float64Array.from({ length: narrow + 1 }, (_, j) => Number(j * along >= reach));
  for (let i = 1; i <= wide; i += 1) {
    const first = Math.min(narrow, Math.max(0, Math.floor((across * i - reach) / along) + 1));
    const end = Math.min(narrow + 1, Math.ceil((across * i + reach) / along));
    if (end <= first) return 1;
    let value = first === 0 ? 0 : 1;
    for (let j = first; j < end; j += 1) {
      value = ((outside[j] as number) * i + value * j) / (i + j);
      outside[j] = value;
    }
  }
  return outside[narrow] as number;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
