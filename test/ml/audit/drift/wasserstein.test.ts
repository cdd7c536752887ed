import { permutationCases } from './permutation-cases.ts';
import { wassersteinTail } from '../../../../src/ml/audit/drift/permutation-tail.ts';
import { wasserstein } from '../../../../src/ml/audit/drift/wasserstein.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { golden } from './statistics-golden.ts';

describe('wasserstein', () => {
  it.each(golden.samples)('equals that of scipy: $name', ({ reference, current, ...sample }) => {
    expect(Math.abs(wasserstein(reference, current) - sample.wasserstein)).toBeLessThanOrEqual(
      1e-12,
    );
  });

  it('is the shift where all values are shifted', () => {
    expect(wasserstein([1, 5, 2], [4.5, 8.5, 5.5])).toBeCloseTo(3.5, 14);
  });

  it('tells nothing where a side is empty', () => {
    expect([wasserstein([], [1]), wasserstein([1], []), wasserstein([], [])]).toEqual([0, 0, 0]);
  });
});

describe('wassersteinTail', () => {
  const tail = (a: readonly number[], b: readonly number[], permutations = 9_999) =>
    wassersteinTail(a, b, {
      random: new CounterRandom({ seed: 1, stream: 'test' }),
      permutations,
    });

  it('is the share of all divisions that are as far apart', () => {
    for (const { reference, current, share } of permutationCases) {
      const found = tail(reference, current);
      // Four standard deviations of 20 of so many, or of 9,999 draws.
      const error = Math.max(share / Math.sqrt(20), Math.sqrt((share * (1 - share)) / 9_999));
      expect(Math.abs(found - share)).toBeLessThan(4 * error + 1e-4);
    }
  });

  it('is the same for the same seed, and never 0', () => {
    const far = Array.from({ length: 60 }, (_, row) => 100 + row);
    const near = Array.from({ length: 60 }, (_, row) => row);
    expect(tail(near, far, 999)).toBe(1 / 1_000);
    expect(tail(near, [1, 5, 9])).toBe(tail(near, [1, 5, 9]));
  });

  it('finds nothing in constants, the same rows, one row each or an empty side', () => {
    expect(tail([2, 2, 2], [2, 2])).toBe(1);
    expect(tail([1, 2, 3], [1, 2, 3])).toBeGreaterThan(0.8);
    expect(tail([1], [9])).toBe(1);
    expect(tail([], [9])).toBe(1);
  });

  it('rejects a true null hypothesis as often as its level says, also of many rows', () => {
    const random = new CounterRandom({ seed: 9, stream: 'null' });
    const sample = (rows: number) => Float64Array.from({ length: rows }, () => random.normal());
    const found = Array.from({ length: 300 }, (_, step) =>
      wassersteinTail(sample(80), sample(30), {
        random: new CounterRandom({ seed: 2, stream: 'permutations', step }),
        permutations: 199,
      }),
    );
    // 300 draws at 10 %: 30 ± 4 · 5.2.
    const rejected = found.filter((pValue) => pValue <= 0.1).length;
    expect(rejected).toBeGreaterThan(9);
    expect(rejected).toBeLessThan(51);
  });

  it('draws rows of a side that has very many, and still finds the shift', () => {
    const random = new CounterRandom({ seed: 4, stream: 'many' });
    const sample = (rows: number, mean: number) =>
      Float64Array.from({ length: rows }, () => mean + random.normal());
    const options = () => ({
      random: new CounterRandom({ seed: 1, stream: 'x' }),
      permutations: 199,
    });
    expect(wassersteinTail(sample(5_000, 0), sample(4_000, 0.3), options())).toBe(1 / 200);
    expect(wassersteinTail(sample(5_000, 0), sample(4_000, 0), options())).toBeGreaterThan(0.05);
  });
});
