/** Two classifiers on the same rows, tested as pairs. */
import type { CounterRandom } from '../random.ts';
import { bootstrapMeanInterval } from './bootstrap.ts';

/** How often each of the two was right, row by row. */
export interface PairCounts {
  readonly bothRight: number;
  readonly candidateOnly: number;
  readonly productionOnly: number;
  readonly bothWrong: number;
}

export interface PairedTest {
  readonly counts: PairCounts;
  /** Two-sided, of the exact McNemar test. */
  readonly pValue: number;
  /** Accuracy of the candidate minus that of production, with a bootstrap percentile interval. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number };
}

export interface PairedTestOptions {
  /** Of the bootstrap. */
  readonly samples: number;
  /** Of the interval, such as 0.95. */
  readonly confidence: number;
  readonly random: CounterRandom;
}

/**
 * @param candidateRight  `[rows]`, 1 where the candidate is right and 0 where it is wrong.
 * @param productionRight  `[rows]`, of the same rows; at least one.
 */
export function pairedTest(
  candidateRight: Uint8Array,
  productionRight: Uint8Array,
  options: PairedTestOptions,
): PairedTest {
  const rows = candidateRight.length;
  // Resampling rows keeps the pairs together, so the interval knows what the two have in common.
  const gains = Int8Array.from(candidateRight, (right, row) => right - (productionRight[row] ?? 0));
  const count = (gain: number) => gains.filter((value) => value === gain).length;
  const [candidateOnly, productionOnly] = [count(1), count(-1)];
  const bothRight = candidateRight.filter(
    (right, row) => right + (productionRight[row] ?? 0) === 2,
  );
  const same = rows - candidateOnly - productionOnly;
  return {
    counts: {
      bothRight: bothRight.length,
      candidateOnly,
      productionOnly,
      bothWrong: same - bothRight.length,
    },
    pValue: exactMcNemar(candidateOnly, productionOnly),
    difference: {
      value: (candidateOnly - productionOnly) / rows,
      ...bootstrapMeanInterval(gains, options),
    },
  };
}

/**
 * The two-sided p-value of the exact McNemar test: under the null hypothesis each row that only
 * one of the two gets right is a fair coin, so p = min(1, 2·P(X ≤ min(b, c))), X ~ B(b + c, ½).
 *
 * The exact test rather than its mid-p variant, which is more powerful but may reject more often
 * than its level says: what passes here goes into production without a person.
 *
 * @param b  rows that only the first gets right, an integer from 0.
 * @param c  rows that only the second gets right.
 * @see McNemar 1947, Psychometrika 12; Fagerland, Lydersen and Laake 2013, BMC Medical Research
 * Methodology 13:91, eq. 2
 */
export function exactMcNemar(b: number, c: number): number {
  const n = b + c;
  const fewer = Math.min(b, c);
  // The sum below would count the middle term twice.
  if (2 * fewer === n) return 1;
  let logChoose = 0;
  for (let i = 1; i <= fewer; i += 1) logChoose += Math.log((n - fewer + i) / i);
  // P(X ≤ fewer) relative to its largest term, the last one.
  let term = 1;
  let sum = 1;
  for (let k = fewer; k > 0 && term > sum * Number.EPSILON; k -= 1) {
    term *= k / (n - k + 1);
    sum += term;
  }
  return Math.min(1, 2 * sum * Math.exp(logChoose - n * Math.LN2));
}

export interface VerdictRule {
  /** Level of the test. */
  readonly alpha: number;
  /** Smallest gain in accuracy that counts as better, 0 to 1. */
  readonly minImprovement: number;
}

/**
 * better: significantly so, and by at least `minImprovement`; worse: significantly so, by however
 * little; unsure: anything else.
 */
export function verdictOf(
  { pValue, difference }: Pick<PairedTest, 'pValue' | 'difference'>,
  { alpha, minImprovement }: VerdictRule,
): 'better' | 'worse' | 'unsure' {
  if (pValue >= alpha) return 'unsure';
  if (difference.value < 0) return 'worse';
  return difference.value >= minImprovement ? 'better' : 'unsure';
}
