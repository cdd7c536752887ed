import fc from 'fast-check';
import { kolmogorovSmirnov } from '../../../../src/ml/audit/drift/kolmogorov-smirnov.ts';
import { finiteSampleTail } from '../../../../src/ml/audit/drift/kolmogorov-tail.ts';
import { latticeTail } from '../../../../src/ml/audit/drift/lattice-tail.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { golden } from './statistics-golden.ts';

describe('kolmogorovSmirnov', () => {
  it.each(golden.samples)('equals that of scipy: $name', ({ reference, current, ks }) => {
    const { statistic, pValue } = kolmogorovSmirnov(reference, current);
    expect(Math.abs(statistic - ks[0])).toBeLessThanOrEqual(1e-15);
    expect(Math.abs(pValue - ks[1])).toBeLessThanOrEqual(1e-12);
    // The two sides are alike.
    expect(kolmogorovSmirnov(current, reference).pValue).toBeCloseTo(pValue, 12);
  });

  it('counts every division of few rows, as chance would draw them', () => {
    const rows = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(rows, fc.nat(), ([n, m], seed) => {
        const order = [...new CounterRandom({ seed, stream: 'ks' }).permutation(n + m)];
        const { statistic, pValue } = kolmogorovSmirnov(order.slice(0, n), order.slice(n));
        const all = divisions(n + m, n).map(({ chosen, rest }) => gap(chosen, rest));
        const asFar = all.filter((value) => value >= statistic - 1e-9).length;
        expect(pValue).toBeCloseTo(asFar / all.length, 12);
      }),
    );
  });

  it('tells nothing where a side is empty', () => {
    expect(kolmogorovSmirnov([], [1, 2])).toEqual({ statistic: 0, pValue: 1 });
    expect(kolmogorovSmirnov([1, 2], [])).toEqual({ statistic: 0, pValue: 1 });
  });

  it('ranks an infinite value beyond all others', () => {
    const found = kolmogorovSmirnov([-Infinity, 1, 2, 3], [1, 2, 3, 4]);
    expect(found).toEqual(kolmogorovSmirnov([-1e9, 1, 2, 3], [1, 2, 3, 4]));
  });

  it('takes the exact tail where either side is small, and hardly leaps where it ends', () => {
    const random = new CounterRandom({ seed: 3, stream: 'ks' });
    const sample = (rows: number) => Float64Array.from({ length: rows }, () => random.normal());
    const [few, many, large] = [sample(300), sample(301), sample(10_001)];
    const exact = kolmogorovSmirnov(few, large);
    const reach = Math.round(exact.statistic * 300 * 10_001);
    expect(exact.pValue).toBe(latticeTail({ n: 300, m: 10_001, reach }));
    const other = kolmogorovSmirnov(many, large);
    expect(other.pValue).toBe(finiteSampleTail(292, other.statistic));
    const asExact = latticeTail({
      n: 301,
      m: 10_001,
      reach: Math.round(other.statistic * 301 * 10_001),
    });
    expect(Math.abs(other.pValue - asExact)).toBeLessThan(0.02);
  });
});

describe('finiteSampleTail', () => {
  it.each(golden.tails)('equals that of scipy for %i rows at %d', (n, d, tail) => {
    expect(Math.abs(finiteSampleTail(n, d) - tail)).toBeLessThanOrEqual(1e-10);
  });

  it('is certain at 0 and impossible at 1', () => {
    expect([finiteSampleTail(500, 0), finiteSampleTail(500, 1)]).toEqual([1, 0]);
  });
});

function divisions(rows: number, n: number): { chosen: number[]; rest: number[] }[] {
  return Array.from({ length: 2 ** rows }, (_, mask) => {
    const values = Array.from({ length: rows }, (__, row) => row);
    const isChosen = (row: number) => (mask >> row) % 2 === 1;
    return { chosen: values.filter(isChosen), rest: values.filter((row) => !isChosen(row)) };
  }).filter(({ chosen }) => chosen.length === n);
}

function gap(a: readonly number[], b: readonly number[]): number {
  const share = (values: readonly number[], x: number) =>
    values.filter((value) => value <= x).length / values.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
}
