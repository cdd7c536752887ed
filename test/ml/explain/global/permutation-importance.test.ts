import {
  permutationImportance,
  seededOrders,
} from '../../../../src/ml/explain/global/permutation-importance.ts';
import { block, golden, model } from './golden-global.ts';

const { labels, permutation } = golden;
const features = [[0], [1], [2], [3]];
const common = { model, block, labels, classes: 3, features };

describe('permutation importance', () => {
  it('is what numpy finds with the same orders, exactly', async () => {
    const before = block.x.slice();
    const found = await permutationImportance({
      ...common,
      repeats: 3,
      orderOf: (feature, repeat) => permutation.orders[feature]![repeat]!,
    });
    expect(found.score).toBeCloseTo(permutation.score, 14);
    found.features.forEach(({ drops, mean, standardDeviation }, index) => {
      const expected = permutation.features[index]!;
      drops.forEach((drop, repeat) => expect(drop).toBeCloseTo(expected.drops[repeat]!, 14));
      expect(mean).toBeCloseTo(expected.mean, 14);
      expect(standardDeviation).toBeCloseTo(expected.std, 14);
    });
    expect(block.x).toEqual(before);
  });

  it('moves the values of a feature together', async () => {
    const seen: Float32Array[] = [];
    await permutationImportance({
      ...common,
      model: (x, rows) => (seen.push(x.slice()), model(x, rows)),
      features: [[0, 3]],
      repeats: 1,
      orderOf: () => golden.x.map((_, row) => (row + 1) % golden.x.length),
    });
    const [, moved] = seen;
    golden.x.forEach((row, at) => {
      const next = golden.x[(at + 1) % golden.x.length]!;
      const own = [next[0], row[1], row[2], next[3]].map((value) => Math.fround(value!));
      expect([...moved!.subarray(at * 4, at * 4 + 4)]).toEqual(own);
    });
  });

  it('loses nothing by a constant feature or by one row, whatever the seed', async () => {
    const one = { x: block.x.slice(0, 4), rows: 1, values: 4 };
    const orderOf = seededOrders(7, 1, 5);
    const alone = await permutationImportance({ ...common, block: one, repeats: 5, orderOf });
    alone.features.forEach(({ drops }) => expect(drops).toEqual([0, 0, 0, 0, 0]));
    const constant = block.x.map((value, at) => (at % 4 === 2 ? 1.5 : value));
    const found = await permutationImportance({
      ...common,
      block: { ...block, x: constant },
      repeats: 5,
      orderOf: seededOrders(7, block.rows, 5),
    });
    expect(found.features[2]).toMatchObject({ mean: 0, standardDeviation: 0 });
    expect(found.features[0]!.mean).toBeGreaterThan(0.05);
  });

  it('draws another order for every feature and repeat', () => {
    const orderOf = seededOrders(3, 30, 2);
    const orders = [orderOf(0, 0), orderOf(0, 1), orderOf(1, 0), orderOf(1, 1)].map(String);
    expect(new Set(orders).size).toBe(4);
    expect(String(seededOrders(3, 30, 2)(1, 0))).toBe(orders[2]);
  });
});
