import { nearestDistances } from '../../../../src/ml/audit/leakage/nearest-row.ts';
import { sharedRows } from '../../../../src/ml/audit/leakage/shared-rows.ts';
import { categoryAlone, numberAlone } from '../../../../src/ml/audit/leakage/single-feature.ts';
import { CounterRandom } from '../../../../src/ml/random.ts';

const rowsOf = (x: readonly (readonly number[])[], y: readonly number[] = x.map(() => 0)) => ({
  x: Float32Array.from(x.flat()),
  y,
  rows: x.length,
});

describe('shared rows', () => {
  it('are those of the very same values, whatever their place and label', () => {
    const training = rowsOf(
      [
        [1, 2],
        [3, 4],
        [0, 5],
        [3, 4],
      ],
      [0, 1, 0, 0],
    );
    const audited = rowsOf(
      [
        [3, 4],
        [1, 2],
        [-0, 5],
        [1, 2.0000002],
        [2, 1],
      ],
      [1, 1, 0, 0, 0],
    );
    const { shared, contradictory } = sharedRows(audited, training);
    expect([...shared]).toEqual([1, 1, 1, 0, 0]);
    expect(contradictory).toBe(1);
  });
});

describe('nearest rows', () => {
  it('are found at their distance, as trying all of them finds', () => {
    const random = new CounterRandom({ seed: 1, stream: 'nearest' });
    const draw = (rows: number) =>
      Array.from({ length: rows }, () => Array.from({ length: 5 }, () => random.normal()));
    const [audited, training] = [draw(20), draw(30)];
    const found = nearestDistances(rowsOf(audited), rowsOf(training));
    audited.forEach((row, at) => {
      const all = training.map((other) =>
        Math.sqrt(row.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0) / 5),
      );
      expect(found[at]).toBeCloseTo(Math.min(...all), 5);
    });
    expect([...nearestDistances(rowsOf([training[7]!]), rowsOf(training))]).toEqual([0]);
  });
});

describe('a feature alone', () => {
  it('tells a class by its area under the curve, in either direction', () => {
    // Pairs (no, yes): 2 < 3, 2 < 4, 1 < 3, 1 < 4, but for 5 > 3 and 5 > 4: 4 of 6.
    const rows = rowsOf([[2], [1], [5], [3], [4]], [0, 0, 0, 1, 1]);
    expect(numberAlone(rows, 0, 2)).toEqual({ class: 0, auc: expect.closeTo(4 / 6, 12) as number });
    const turned = rowsOf([[-2], [-1], [-3]], [0, 0, 1]);
    expect(numberAlone(turned, 0, 2)?.auc).toBe(1);
    expect(numberAlone(rowsOf([[7], [7], [7]], [0, 1, 1]), 0, 2)?.auc).toBe(0.5);
  });

  it('is null of one class, and of no rows to measure on', () => {
    expect(numberAlone(rowsOf([[1], [2]], [0, 0]), 0, 2)).toBeNull();
    expect(categoryAlone(rowsOf([[1, 0]], [0]), [0, 1], 2)).toBeNull();
  });

  it('tells of a category by shares of other rows: a copy of the label is found, a name is not', () => {
    const labels = Array.from({ length: 40 }, (_, row) => Math.floor(row / 2) % 2);
    const copy = rowsOf(
      labels.map((label) => [Number(label === 0), Number(label === 1)]),
      labels,
    );
    expect(categoryAlone(copy, [0, 1], 2)?.auc).toBe(1);
    const names = rowsOf(
      labels.map((_, row) => labels.map((_one, at) => Number(at === row))),
      labels,
    );
    const places = labels.map((_, at) => at);
    expect(categoryAlone(names, places, 2)?.auc).toBe(0.5);
  });
});
