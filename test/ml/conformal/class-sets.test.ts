import { classScores, type ScoreSettings } from '../../../src/ml/conformal/class-scores.ts';
import { conformalSets } from '../../../src/ml/conformal/conformal-sets.ts';
import { fitClasses } from '../../../src/ml/conformal/fit-classes.ts';
import { measureSets } from '../../../src/ml/conformal/measure-sets.ts';

const LAC: ScoreSettings = { method: 'lac', seed: 0, purpose: 'sets' };

const tableOf = (rows: readonly (readonly number[])[]) => ({
  table: { values: rows.flat(), rows: rows.length, classes: rows[0]!.length },
  sourceRows: rows.map((_, row) => 100 + row),
});

function scoresOf(row: readonly number[], settings: Partial<ScoreSettings> = {}): number[] {
  const scoreOf = classScores(tableOf([row]), { ...LAC, ...settings });
  return row.map((_, label) => scoreOf(0, label));
}

const near = (values: readonly number[]): unknown[] =>
  values.map((value): unknown => expect.closeTo(value, 12));

describe('classScores', () => {
  it('is 1 − p by lac', () => {
    expect(scoresOf([0.7, 0.2, 0.1])).toEqual(near([0.3, 0.8, 0.9]));
  });

  it('is what the likelier labels sum to by aps, neither of two equal ones being first', () => {
    expect(scoresOf([0.2, 0.7, 0.1], { method: 'aps' })).toEqual(near([0.7, 0, 0.9]));
    expect(scoresOf([0.4, 0.2, 0.4], { method: 'aps' })).toEqual(near([0, 0.8, 0]));
  });

  it('takes one draw of a row for all its labels, by its row of the source', () => {
    const rows = [
      [0.7, 0.2, 0.1],
      [0.7, 0.2, 0.1],
    ];
    const settings: ScoreSettings = { method: 'randomised-aps', seed: 3, purpose: 'sets' };
    const scoreOf = classScores(tableOf(rows), settings);
    const drawOf = (row: number) => scoreOf(row, 0) / 0.7;
    expect([scoreOf(0, 1), scoreOf(0, 2)]).toEqual(
      near([0.7 + 0.2 * drawOf(0), 0.9 + 0.1 * drawOf(0)]),
    );
    expect(drawOf(0)).not.toBeCloseTo(drawOf(1), 3);
    const alone = classScores({ ...tableOf(rows.slice(1)), sourceRows: [101] }, settings);
    expect(alone(0, 1)).toBe(scoreOf(1, 1));
    const calibration = classScores(tableOf(rows), { ...settings, purpose: 'calibration' });
    expect(calibration(0, 0) / 0.7).not.toBeCloseTo(drawOf(0), 3);
  });
});

describe('fitClasses', () => {
  // Scores 0.1 … 0.9 of class 0, and 0.95 of the only row of class 1.
  const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
  const labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const fit = (classConditional: boolean) =>
    fitClasses(labels, (row) => scores[row]!, { alpha: 0.2, classConditional, classes: 3 });

  it('takes one threshold from all rows', () => {
    expect(fit(false)).toEqual([{ classIndex: null, n: 10, rank: 9, threshold: 0.9 }]);
  });

  it('takes one from the rows of each class, and none where they are too few', () => {
    expect(fit(true)).toEqual([
      { classIndex: 0, n: 9, rank: 8, threshold: 0.8 },
      { classIndex: 1, n: 1, rank: 2, threshold: null },
      { classIndex: 2, n: 0, rank: 1, threshold: null },
    ]);
  });
});

describe('conformalSets', () => {
  const rows = [
    [0.7, 0.2, 0.1],
    [0.45, 0.45, 0.1],
    [0.34, 0.33, 0.33],
  ];
  const scoreOf = classScores(tableOf(rows), LAC);
  const one = (threshold: number | null) => [{ classIndex: null, n: 9, rank: 9, threshold }];

  it('holds the labels whose score is not above the threshold, and may be empty', () => {
    const sets = conformalSets(scoreOf, one(1 - 0.45), { rows: 3, classes: 3 });
    expect(sets).toEqual([[0], [0, 1], []]);
  });

  it('holds every label where there is no threshold', () => {
    expect(conformalSets(scoreOf, one(null), { rows: 1, classes: 3 })).toEqual([[0, 1, 2]]);
  });

  it('holds a class without calibration rows always', () => {
    const groups = [0.35, 0.35, null].map((threshold, classIndex) => ({
      ...{ classIndex, n: 9, rank: 9, threshold },
    }));
    expect(conformalSets(scoreOf, groups, { rows: 2, classes: 3 })).toEqual([[0, 2], [2]]);
  });
});

it('measures sets against the truth', () => {
  expect(measureSets([[0], [1], [0, 2], [], [2]], [0, 0, 2, 1, 2])).toEqual({
    rows: 5,
    covered: 3,
    meanSize: 1,
    single: 3,
    empty: 1,
    singleWrong: 1,
  });
});
