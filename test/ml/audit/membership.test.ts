import { measureMembership } from '../../../src/ml/audit/membership.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const measure = (members: readonly number[], others: readonly number[], seed = 1) =>
  measureMembership(
    { attack: 'loss', members: Float64Array.from(members), others: Float64Array.from(others) },
    {
      ...{ samples: 300, confidence: 0.95 },
      random: new CounterRandom({ seed, stream: 'membership' }),
    },
  );

describe('measureMembership', () => {
  it('counts pairs for the area, and rows at the mean for the advantage', () => {
    // Of 9 pairs 6 in order and one tie; the mean 2 is reached by 2 members and one other.
    const { auc, advantage } = measure([3, 2, 1], [2, 0.5, 0]);
    expect(auc).toBeCloseTo((3 + 2.5 + 2) / 9, 12);
    expect(advantage).toBeCloseTo(2 / 3 - 1 / 3, 12);
  });

  it('has the interval of DeLong around the area', () => {
    const { auc, aucLow, aucHigh } = measure([3, 2, 1], [2, 0.5, 0]);
    // Placements 1, 5/6, 2/3 and, of the others, 1.5/3, 0, 0 below.
    const variance = 1 / 36 / 3 + 1 / 12 / 3;
    expect(aucHigh).toBe(Math.min(1, auc + 1.959963984540054 * Math.sqrt(variance)));
    expect(aucLow).toBeCloseTo(auc - 1.959963984540054 * Math.sqrt(variance), 9);
  });

  it('tells all apart, nothing in equal scores, and has a result for one row each', () => {
    expect(measure([5, 5, 5], [1, 2])).toMatchObject({ auc: 1, aucLow: 1, advantage: 1 });
    expect(measure([1, 1], [1, 1, 1])).toMatchObject({ auc: 0.5, advantage: 0 });
    expect(measure([2], [1])).toMatchObject({ auc: 1, advantage: 1, advantageLow: 1 });
  });

  it('covers no advantage as often as its confidence says where members are like others', () => {
    const random = new CounterRandom({ seed: 6, stream: 'null' });
    const sample = () => Array.from({ length: 120 }, () => random.normal());
    const found = Array.from({ length: 200 }, (_, seed) => measure(sample(), sample(), seed));
    const area = found.filter(({ aucLow, aucHigh }) => aucLow <= 0.5 && aucHigh >= 0.5).length;
    const gain = found.filter((one) => one.advantageLow <= 0 && one.advantageHigh >= 0).length;
    // 190 ± 4 · 3.1; the threshold is that of the members' own mean.
    expect(area).toBeGreaterThanOrEqual(177);
    expect(gain).toBeGreaterThanOrEqual(177);
  });
});
