/** How far one column has moved, by the statistic that is asked for. */
import type { DriftStatistic } from '../../../drift-statistics.ts';
import { CounterRandom } from '../../random.ts';
import { homogeneityTest } from '../homogeneity-test.ts';
import { populationStabilityIndex, type BinCounts } from '../population-stability-index.ts';
import { binCategories, binNumbers } from '../reference-bins.ts';
import { jensenShannonDistance } from './jensen-shannon.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { wassersteinTail } from './permutation-tail.ts';
import { balancedCramersV, totalVariation } from './shares-apart.ts';
import { wasserstein } from './wasserstein.ts';

/** One column, then and now. */
export type ColumnSample = NumberSample | CategorySample;

export interface NumberSample {
  readonly type: 'numbers';
  readonly column: string;
  /** In any unit; NaN stands for a missing value. */
  readonly reference: Float32Array;
  readonly current: Float32Array;
  /** What the model reads in place of a missing value. */
  readonly imputed: number;
}

export interface CategorySample {
  readonly type: 'categories';
  readonly column: string;
  readonly reference: readonly (string | null)[];
  readonly current: readonly (string | null)[];
}

export interface ColumnDrift {
  readonly column: string;
  /** Of the statistic, from 0. */
  readonly value: number;
  /** How likely chance alone makes so large a difference, 0 to 1. */
  readonly pValue: number;
}

export interface MeasureOptions {
  readonly statistic: DriftStatistic;
  /** Of the permutation test. */
  readonly seed: number;
  /** See `wassersteinTail`. */
  readonly permutations: number;
}

/**
 * psi, chi-squared and jensen-shannon count both sides in the reference's bins, where missing values
 * and unseen categories have one each, and test by Pearson's χ². ks ranks a missing value below all
 * others; wasserstein takes it as the model reads it, and scales by the reference's standard
 * deviation. Both have no order to go by in categories, and measure the total variation there.
 *
 * A side without rows tells nothing: 0 with p = 1.
 */
export function measureSample(sample: ColumnSample, options: MeasureOptions): ColumnDrift {
  const { column } = sample;
  const { statistic } = options;
  if (statistic === 'ks' && sample.type === 'numbers') return { column, ...measureRanks(sample) };
  if (statistic === 'wasserstein' && sample.type === 'numbers') {
    return { column, ...measureDistance(sample, options) };
  }
  const counts =
    sample.type === 'numbers'
      ? binNumbers(sample.reference, sample.current)
      : binCategories(sample.reference, sample.current);
  return { column, value: IN_BINS[statistic](counts), pValue: homogeneityTest(counts) };
}

const IN_BINS: Readonly<Record<DriftStatistic, (counts: BinCounts) => number>> = {
  psi: populationStabilityIndex,
  'chi-squared': balancedCramersV,
  'jensen-shannon': jensenShannonDistance,
  ks: totalVariation,
  wasserstein: totalVariation,
};

type Measured = Omit<ColumnDrift, 'column'>;

function measureRanks({ reference, current }: NumberSample): Measured {
  const ranked = (values: Float32Array) =>
    values.map((value) => (Number.isNaN(value) ? -Infinity : value));
  const { statistic: value, pValue } = kolmogorovSmirnov(ranked(reference), ranked(current));
  return { value, pValue };
}

function measureDistance(
  { column, reference, current, imputed }: NumberSample,
  { seed, permutations }: MeasureOptions,
): Measured {
  const read = (values: Float32Array) =>
    Float64Array.from(values, (value) => (Number.isNaN(value) ? imputed : value));
  const [before, now] = [read(reference), read(current)];
  const distance = wasserstein(before, now);
  if (distance === 0) return { value: 0, pValue: 1 };
  // Of a constant only what is new has a spread.
  const scale = deviationOf(before) || deviationOf(Float64Array.from([...before, ...now]));
  const random = new CounterRandom({ seed, stream: `drift-permutations-${column}` });
  return {
    value: distance / scale,
    pValue: wassersteinTail(before, now, { random, permutations }),
  };
}

function deviationOf(values: Float64Array): number {
  const meanOf = (numbers: Float64Array) =>
    numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  if (values.every((value) => value === values[0])) return 0;
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
