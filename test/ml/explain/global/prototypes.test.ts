import { findPrototypes } from '../../../../src/ml/explain/global/prototypes.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';
import { block, golden } from './golden-global.ts';

/** Rows around centres, a cluster after the other, and some more. */
function clusters(centres: readonly number[][], each: number, others: readonly number[][]) {
  const random = new CounterRandom({ seed: 1, stream: 'clusters' });
  const rows = centres.flatMap((centre) =>
    Array.from({ length: each }, () => centre.map((value) => value + 0.3 * random.normal())),
  );
  const all = [...rows, ...others];
  return { x: Float32Array.from(all.flat()), rows: all.length, values: centres[0]!.length };
}

describe('prototypes and criticisms', () => {
  it.each(golden.prototypes)(
    'are what trying every row finds: $prototypes, $criticisms',
    ({ count, criticisms, ...expected }) => {
      const found = findPrototypes({ block, prototypes: count, criticisms: criticisms.length });
      expect(found.prototypes).toEqual(expected.prototypes);
      expect(found.criticisms).toEqual(criticisms);
      expect([...found.nearest]).toEqual(expected.nearest);
      expect(found.gamma).toBeCloseTo(expected.gamma, 10);
      expect(found.discrepancy).toBeCloseTo(expected.discrepancy, 10);
    },
  );

  it('takes one of each large cluster, and criticises the small one that none stands for', () => {
    const centres = [
      [0, 0],
      [8, 0],
      [0, 8],
    ];
    const small = [0, 0.1, 0.2, 0.3].map((shift) => [8 + shift, 8]);
    const planted = clusters(centres, 20, small);
    const found = findPrototypes({ block: planted, prototypes: 3, criticisms: 1, gamma: 0.5 });
    const own = found.prototypes.map((row) => Math.floor(row / 20));
    expect([...own].sort()).toEqual([0, 1, 2]);
    expect(found.criticisms[0]).toBeGreaterThanOrEqual(60);
    const nearest = [...found.nearest.subarray(0, 20)];
    expect(new Set(nearest)).toEqual(new Set([own.indexOf(0)]));
  });

  it('is defined for one row and for rows that are all the same', () => {
    const one = { x: Float32Array.of(1, 2), rows: 1, values: 2 };
    expect(findPrototypes({ block: one, prototypes: 3, criticisms: 2 })).toMatchObject({
      prototypes: [0],
      criticisms: [],
      discrepancy: 0,
    });
    const same = { x: new Float32Array(8).fill(1), rows: 4, values: 2 };
    const found = findPrototypes({ block: same, prototypes: 2, criticisms: 2 });
    expect(found).toMatchObject({ prototypes: [0, 1], criticisms: [2], gamma: 1 });
  });
});
