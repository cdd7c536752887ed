/** The two-sample Kolmogorov–Smirnov test. */
import { finiteSampleTail } from './kolmogorov-tail.ts';
import { latticeTail } from './lattice-tail.ts';

/** Up to so many rows on the larger side, or on the smaller, the p-value is exact. */
const EXACT_ROWS = { larger: 10_000, smaller: 300 };

export interface TestResult {
  readonly statistic: number;
  /** Two-sided, in [0, 1]. */
  readonly pValue: number;
}

/**
 * D = sup |F(x) − G(x)| of the two empirical distributions.
 *
 * The p-value is that of continuous distributions: with ties it is too large, never too small.
 * Exact up to 10,000 rows a side as scipy's `ks_2samp`, and also where one side has at most 300;
 * otherwise that of one sample of nm/(n + m) rows.
 *
 * @param reference  in any order, −∞ and ∞ allowed, no NaN. An empty side tells nothing: 0 and p = 1.
 * @see Hodges 1958, The significance probability of the Smirnov two-sample test
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): TestResult {
  const [n, m] = [reference.length, current.length];
  if (n === 0 || m === 0) return { statistic: 0, pValue: 1 };
  const common = greatestDivisor(n, m);
  const reach = largestGap(reference, current, { byReference: m / common, byCurrent: n / common });
  const statistic = reach / ((n / common) * m);
  const isExact = Math.max(n, m) <= EXACT_ROWS.larger || Math.min(n, m) <= EXACT_ROWS.smaller;
  const pValue = isExact
    ? latticeTail({ n, m, reach })
    : finiteSampleTail(Math.round((n * m) / (n + m)), statistic);
  return { statistic, pValue };
}

/** In whole steps of 1/lcm(n, m), so that equal differences are equal. */
function largestGap(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  weights: { readonly byReference: number; readonly byCurrent: number },
): number {
  const [a, b] = [Float64Array.from(reference).sort(), Float64Array.from(current).sort()];
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i += 1;
    while (j < b.length && (b[j] as number) <= value) j += 1;
    largest = Math.max(largest, Math.abs(i * weights.byReference - j * weights.byCurrent));
  }
  return largest;
}

export function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
