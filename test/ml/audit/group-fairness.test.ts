import fc from 'fast-check';
import { groupFairness, type GroupedRows } from '../../../src/ml/audit/group-fairness.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const options = (minRows = 2, seed = 1) => ({
  samples: 400,
  confidence: 0.9,
  minRows,
  random: new CounterRandom({ seed, stream: 'test' }),
});

/** For each group: how many rows are [refused, wrongly given, wrongly refused, given]. */
function rowsOf(cells: Readonly<Record<string, readonly number[]>>): GroupedRows {
  const rows = Object.values(cells).flatMap((counts, group) =>
    counts.flatMap((count, cell) =>
      Array.from({ length: count }, () => [group, cell >> 1, cell & 1] as const),
    ),
  );
  return {
    names: Object.keys(cells),
    groups: rows.map(([group]) => group),
    deserved: rows.map(([, deserved]) => deserved),
    given: rows.map(([, , given]) => given),
  };
}

describe('groupFairness', () => {
  it('gives each group its rates and the gaps between them, worked out by hand', () => {
    const { groups, gaps, warnings } = groupFairness(
      rowsOf({ a: [6, 4, 2, 8], b: [9, 1, 5, 5] }),
      options(),
    );
    expect(warnings).toEqual([]);
    expect(groups.map(({ group, rows, favourableRows }) => [group, rows, favourableRows])).toEqual([
      ['a', 20, 10],
      ['b', 20, 10],
    ]);
    const valuesOf = (index: number) => {
      const { favourableRate, truePositiveRate, falsePositiveRate, accuracy } = groups[index]!;
      return [favourableRate, truePositiveRate, falsePositiveRate, accuracy].map((m) => m?.value);
    };
    expect(valuesOf(0)).toEqual([0.6, 0.8, 0.4, 0.7]);
    expect(valuesOf(1)).toEqual([0.3, 0.5, 0.1, 0.7]);
    expect(gaps.demographicParity?.value).toBeCloseTo(0.3, 12);
    expect(gaps.disparateImpact?.value).toBeCloseTo(0.5, 12);
    expect(gaps.equalisedOdds?.value).toBeCloseTo(0.3, 12);
  });

  it('has intervals that hold the value, narrow as rows are more, the same for a seed', () => {
    const of = (factor: number) =>
      groupFairness(
        rowsOf({
          a: [6, 4, 2, 8].map((n) => n * factor),
          b: [9, 1, 5, 5].map((n) => n * factor),
        }),
        options(),
      );
    const width = (factor: number) => {
      const gap = of(factor).gaps.demographicParity!;
      expect(gap.low).toBeLessThan(gap.value);
      expect(gap.high).toBeGreaterThan(gap.value);
      return gap.high - gap.low;
    };
    // √(p(1 − p)/n) of both groups: σ = √(.24/20 + .21/20) = 0.15 and a 90 % interval is 3.29 σ.
    expect(width(1)).toBeGreaterThan(0.4);
    expect(width(1)).toBeLessThan(0.6);
    expect(width(25) / width(1)).toBeCloseTo(1 / 5, 1);
    expect(of(1)).toEqual(of(1));
  });

  it('leaves small groups and small true classes out of the gaps, and says so', () => {
    const { groups, gaps, warnings } = groupFairness(
      rowsOf({ a: [6, 4, 2, 8], b: [9, 1, 5, 5], rare: [0, 0, 0, 3], few: [10, 0, 0, 5] }),
      options(5),
    );
    expect(groups[2]?.favourableRate?.value).toBe(1);
    expect(groups[2]?.falsePositiveRate).toBeNull();
    expect(warnings).toEqual([
      '"rare" has 3 rows, fewer than 5: left out of the gaps',
      '"rare" has 3 rows of the favourable class, fewer than 5: left out of the gaps',
      '"rare" has 0 rows of other classes, fewer than 5: left out of the gaps',
    ]);
    // "few" is large enough with 5 rows; "rare" would make the first gap 0.7.
    expect(gaps.demographicParity?.value).toBeCloseTo(0.3, 12);
    expect(gaps.equalisedOdds?.value).toBeCloseTo(0.5, 12);
  });

  it('has intervals whose ends are those of a binomial share', () => {
    const rows = rowsOf({ all: [100, 100, 100, 100] });
    const { groups } = groupFairness(rows, { ...options(), samples: 1000 });
    const { low, high } = groups[0]!.favourableRate!;
    // 0.5 ∓ 1.645 · √(0.25/400)
    expect(Math.abs(low - 0.4589)).toBeLessThan(0.005);
    expect(Math.abs(high - 0.5411)).toBeLessThan(0.005);
  });

  it('has no gap where one group is left', () => {
    const { gaps } = groupFairness(rowsOf({ a: [6, 4, 2, 8], rare: [1, 0, 0, 0] }), options(6));
    expect(gaps).toEqual({ demographicParity: null, equalisedOdds: null, disparateImpact: null });
  });

  it('finds no gap where all are given the same, and none where nobody is given anything', () => {
    const same = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }));
    fc.assert(
      fc.property(same, fc.boolean(), ([deserved, other], given) => {
        const counts = given ? [0, other, 0, deserved] : [other, 0, deserved, 0];
        const { gaps } = groupFairness(rowsOf({ a: counts, b: counts, c: counts }), options());
        expect(gaps.demographicParity?.value).toBe(0);
        expect(gaps.equalisedOdds?.value).toBe(0);
        expect(gaps.disparateImpact?.value).toBe(1);
      }),
      { seed: 1, numRuns: 20 },
    );
  });
});
