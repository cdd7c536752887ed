import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { fitWeights } from '../../../src/ml/fusion/fit-weights.ts';

const { cases } = JSON.parse(
  readFileSync(new URL('../../golden/fusion.json', import.meta.url), 'utf8'),
) as { cases: { name: string; members: number[][]; weights: number[]; loss: number }[] };

const lossAt = (members: readonly number[][], weights: readonly number[]) =>
  members[0]!.reduce(
    (sum, _, row) => sum - Math.log(members.reduce((p, m, k) => p + weights[k]! * m[row]!, 0)),
    0,
  ) / members[0]!.length;

describe('fitWeights', () => {
  it.each(cases)('finds the optimum of scipy: $name', ({ members, weights, loss }) => {
    const found = fitWeights(members);
    expect(Math.abs(found.loss - loss)).toBeLessThan(1e-8);
    found.weights.forEach((weight, k) => expect(Math.abs(weight - weights[k]!)).toBeLessThan(1e-3));
    expect(found.gap).toBeLessThanOrEqual(1e-9);
  });

  it('is on the simplex and beats random weights', () => {
    const probability = fc.double({ min: 0, max: 1, noNaN: true });
    const shape = { minLength: 6, maxLength: 6 };
    fc.assert(
      fc.property(
        fc.array(fc.array(probability, shape), { minLength: 2, maxLength: 5 }),
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (members, raw) => {
          const { weights, loss } = fitWeights(members);
          expect(weights.every((weight) => weight >= 0)).toBe(true);
          expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
          const floored = members.map((m) => m.map((p) => Math.max(p, 1e-7)));
          const rival = raw.slice(0, members.length);
          const sum = rival.reduce((a, b) => a + b, 0);
          const other = lossAt(
            floored,
            rival.map((weight) => weight / sum),
          );
          expect(loss).toBeLessThanOrEqual(other + 1e-8);
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  it('gives equal members equal weights', () => {
    const member = [0.9, 0.4, 0.7];
    fitWeights([member, member, member]).weights.forEach((weight) =>
      expect(weight).toBeCloseTo(1 / 3, 9),
    );
  });

  it('refuses to fit on no rows', () => {
    const fit = async () => Promise.resolve(fitWeights([[], []]));
    return expect(fit()).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
