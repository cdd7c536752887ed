import { answerOutOfFold, assignFolds } from '../../../src/ml/fusion/fold-rows.ts';

const labels = Int32Array.from({ length: 47 }, (_, row) => (row % 5 === 0 ? 1 : 0));

describe('folds', () => {
  it('have every class in even shares, and follow from the seed', () => {
    const folds = assignFolds(labels, { folds: 4, seed: 1 });
    for (const label of [0, 1]) {
      const counts = [0, 1, 2, 3].map(
        (fold) => folds.filter((found, row) => found === fold && labels[row] === label).length,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    expect(assignFolds(labels, { folds: 4, seed: 1 })).toEqual(folds);
    expect(assignFolds(labels, { folds: 4, seed: 2 })).not.toEqual(folds);
  });

  it('give each row one answer, of a model that never saw it', async () => {
    const folds = assignFolds(labels, { folds: 3, seed: 1 });
    const answers = await answerOutOfFold(folds, async ({ seen, held }) => {
      expect(seen.length + held.length).toBe(labels.length);
      // 1 where the row was learned from, and the row itself.
      return Float32Array.from([...held].flatMap((row) => [Number(seen.includes(row)), row]));
    });
    expect([...answers]).toEqual([...labels.keys()].flatMap((row) => [0, row]));
  });
});
