import { DRIFT_STATISTICS } from '../../../../src/drift-statistics.ts';
import { judgeColumns, permutationsFor } from '../../../../src/ml/audit/drift/judge-columns.ts';
import {
  measureSample,
  type CategorySample,
  type NumberSample,
} from '../../../../src/ml/audit/drift/measure-sample.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { golden } from './statistics-golden.ts';

const numbers = (
  reference: Iterable<number>,
  current: Iterable<number>,
  imputed = 0,
): NumberSample => ({
  type: 'numbers',
  column: 'a',
  reference: Float32Array.from(reference),
  current: Float32Array.from(current),
  imputed,
});
const categories = (
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): CategorySample => ({ type: 'categories', column: 'a', reference, current });

const OPTIONS = { seed: 1, permutations: 999 };
const rising = (rows: number, from = 0) => Array.from({ length: rows }, (_, row) => from + row);

describe.each(DRIFT_STATISTICS)('measureSample by %s', (statistic) => {
  const measure = (sample: NumberSample | CategorySample) =>
    measureSample(sample, { ...OPTIONS, statistic });

  it('finds nothing between the same rows, in a constant, or where a side is empty', () => {
    for (const sample of [
      numbers(rising(30), rising(30)),
      numbers([2, 2, 2], [2, 2]),
      numbers([], [1, 2]),
      numbers([1, 2], []),
      numbers([NaN, NaN], [NaN]),
      categories(['x', 'y'], ['y', 'x']),
      categories([], ['x']),
      categories(['x'], []),
    ]) {
      expect(measure(sample)).toEqual({ column: 'a', value: 0, pValue: 1 });
    }
  });

  it('has a finite value and a p-value for one row, ties and a constant that varies now', () => {
    for (const sample of [
      numbers(rising(30), [400]),
      numbers([5], [4]),
      numbers([1, 1, 2, 2], [2, 2, 3, 3]),
      numbers(Array<number>(40).fill(2), [...Array<number>(30).fill(2), 3, 1]),
      categories(['x', 'y', 'x'], ['x']),
    ]) {
      const { value, pValue } = measure(sample);
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(1e4);
      expect(pValue).toBeGreaterThan(0);
      expect(pValue).toBeLessThanOrEqual(1);
    }
  });

  it('finds a shift, a new category and cells that are missing now', () => {
    for (const sample of [
      numbers(rising(60), rising(60, 40)),
      numbers(rising(80), [...rising(20), ...Array<number>(60).fill(NaN)], 40),
      categories(
        rising(60).map((row) => 'xyz'[row % 3] ?? ''),
        Array<string>(50).fill('new'),
      ),
      categories(
        rising(60).map(() => 'x'),
        rising(60).map((row) => (row % 2 ? null : 'x')),
      ),
    ]) {
      const { value, pValue } = measure(sample);
      expect(value).toBeGreaterThan(0.2);
      expect(pValue).toBeLessThan(0.01);
    }
  });

  it('calls as many columns drifted by chance as its level says, and finds planted drift', () => {
    const random = new CounterRandom({ seed: 77, stream: `null-${statistic}` });
    const sample = (rows: number, mean = 0) =>
      Array.from({ length: rows }, () => mean + random.normal());
    const rule = { threshold: 0, alpha: 0.1 };
    const draws = 200;
    let [alarms, found, falseOnes, named] = [0, 0, 0, 0];
    for (let draw = 0; draw < draws; draw += 1) {
      const options = { statistic, seed: draw, permutations: 199 };
      const still = Array.from({ length: 6 }, (_, index) => ({
        ...measureSample(numbers(sample(150), sample(60)), options),
        column: `still-${index}`,
      }));
      const moved = {
        ...measureSample(numbers(sample(150), sample(60, 1.2)), options),
        column: 'moved',
      };
      alarms += Number(judgeColumns(still, rule).some(({ hasDrifted }) => hasDrifted));
      const drifted = judgeColumns([...still, moved], rule).filter(({ hasDrifted }) => hasDrifted);
      found += Number(drifted.some(({ column }) => column === 'moved'));
      const wrong = drifted.filter(({ column }) => column !== 'moved').length;
      named += 1;
      falseOnes += drifted.length === 0 ? 0 : wrong / drifted.length;
    }
    // Under no drift: at most 10 % of 200 draws, with four standard deviations of 4.2.
    expect(alarms).toBeLessThanOrEqual(37);
    // The false discovery rate: at most 10 %, and its mean's error.
    expect(falseOnes / named).toBeLessThanOrEqual(0.13);
    expect(found).toBeGreaterThanOrEqual(195);
  });
});

describe('measureSample', () => {
  it.each(golden.samples.filter(({ reference }) => new Set(reference).size > 1))(
    "is scipy's distance in standard deviations: $name",
    ({ reference, current, wasserstein }) => {
      const options = { ...OPTIONS, statistic: 'wasserstein', permutations: 1 } as const;
      const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
      const variance =
        reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length;
      const { value } = measureSample(numbers(reference, current), options);
      expect(Math.abs(value - wasserstein / Math.sqrt(variance))).toBeLessThan(1e-5);
    },
  );

  it('takes a missing number as the model reads it by wasserstein, and below all others by ks', () => {
    const [before, now] = [
      [1, 2, 3, 4],
      [NaN, 2, 3, 4],
    ];
    const asRead = numbers(before, [2.5, 2, 3, 4]);
    const options = { ...OPTIONS, statistic: 'wasserstein' } as const;
    expect(measureSample(numbers(before, now, 2.5), options).value).toBe(
      measureSample(asRead, options).value,
    );
    const ranks = { ...OPTIONS, statistic: 'ks' } as const;
    expect(measureSample(numbers(before, now), ranks).value).toBe(1 / 4);
  });
});

describe('judgeColumns', () => {
  const column = (name: string, value: number, pValue: number) => ({ column: name, value, pValue });

  it('wants both a value above the threshold and a p-value that holds over all columns', () => {
    const judged = judgeColumns(
      [column('far', 0.9, 0.001), column('chance', 0.8, 0.5), column('near', 0.01, 0.0001)],
      { threshold: 0.1, alpha: 0.05 },
    );
    expect(judged.map(({ column: name, hasDrifted }) => [name, hasDrifted])).toEqual([
      ['far', true],
      ['chance', false],
      ['near', false],
    ]);
    expect(judged[0]?.corrected).toBeCloseTo(0.0015, 12);
  });

  it('judges no column where there is none', () => {
    expect(judgeColumns([], { threshold: 0.1, alpha: 0.05 })).toEqual([]);
  });
});

describe('permutationsFor', () => {
  it('can tell one drifted column among many from chance, within bounds', () => {
    expect([
      permutationsFor(3, 0.05),
      permutationsFor(64, 0.01),
      permutationsFor(784, 0.01),
    ]).toEqual([999, 6_400, 9_999]);
  });
});
