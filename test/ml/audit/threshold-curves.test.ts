import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { joinAreas, rankClasses, type ClassAreas } from '../../../src/ml/audit/one-vs-rest.ts';
import {
  areaUnderPr,
  areaUnderRoc,
  prCurve,
  rocCurve,
} from '../../../src/ml/audit/threshold-curves.ts';
import { curveAreas, rankScores } from '../../../src/ml/audit/ranked-scores.ts';

type Column = (number | null)[];
interface Areas {
  readonly perClass: Column;
  readonly macro: number | null;
  readonly weighted: number | null;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/threshold-curves.json', import.meta.url), 'utf8'),
) as {
  binary: {
    name: string;
    positive: number[];
    scores: number[];
    roc: [Column, Column, Column] | null;
    rocWhole: [Column, Column, Column] | null;
    rocAuc: number | null;
    pr: [Column, Column, Column] | null;
    averagePrecision: number | null;
  }[];
  several: {
    name: string;
    labels: number[];
    probabilities: number[][];
    roc: Areas;
    pr: Areas;
    ovr: Pick<Areas, 'macro' | 'weighted'>;
  }[];
};

function expectClose(found: number | null | undefined, wanted: number | null | undefined) {
  if (typeof wanted !== 'number' || typeof found !== 'number') expect(found).toBe(wanted);
  else expect(Math.abs(found - wanted)).toBeLessThan(1e-10);
}

function expectColumns(found: readonly Column[], wanted: readonly Column[]) {
  wanted.forEach((column, index) => {
    expect(found[index]).toHaveLength(column.length);
    column.forEach((value, at) => expectClose(found[index]![at], value));
  });
}

describe.each(golden.binary.map((one) => [one.name, one] as const))('curves of %s', (_, one) => {
  it.each([
    [true, one.roc],
    [false, one.rocWhole],
  ])('has the ROC points of scikit-learn, collinear ones dropped: %s', (dropCollinear, wanted) => {
    const { points, area } = rocCurve(one, { dropCollinear });
    expectClose(area.value, one.rocAuc);
    if (wanted === null) {
      expect(points).toEqual([]);
      expect(area).toHaveProperty('reason', expect.stringContaining('of the class'));
      return;
    }
    expectColumns(
      [
        points.map((point) => point.falsePositiveRate),
        points.map((point) => point.truePositiveRate),
        points.map((point) => point.threshold),
      ],
      wanted,
    );
  });

  it('has the precision-recall points of scikit-learn', () => {
    const { points, area } = prCurve(one);
    expectClose(area.value, one.averagePrecision);
    if (one.pr === null) {
      expect(points).toEqual([]);
      return;
    }
    const [precision, recall, thresholds] = one.pr;
    expectColumns(
      [points.map((point) => point.precision), points.map((point) => point.recall)],
      [precision, recall],
    );
    expectColumns([points.map((point) => point.threshold)], [[...thresholds, null]]);
  });
});

describe.each(golden.several.map((one) => [one.name, one] as const))('areas of %s', (_, one) => {
  const classes = one.probabilities[0]!.length;
  const table = { values: one.probabilities.flat(), rows: one.labels.length, classes };
  const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
  const ranked = rankClasses(one.labels, table);

  function expectAreas(found: ClassAreas, wanted: Areas) {
    found.perClass.forEach(({ value }, index) => expectClose(value, wanted.perClass[index]));
    expectClose(found.macro.value, wanted.macro);
    expectClose(found.weighted.value, wanted.weighted);
  }

  it('joins classes as scikit-learn', () => {
    const roc = joinAreas(ranked, areaUnderRoc, names);
    expectAreas(roc, one.roc);
    expectClose(roc.macro.value, one.ovr.macro);
    expectClose(roc.weighted.value, one.ovr.weighted);
    expectAreas(joinAreas(ranked, areaUnderPr, names), one.pr);
  });
});

it('names the class for which an area is undefined', () => {
  const table = { values: [0.5, 0.3, 0.2, 0.2, 0.3, 0.5], rows: 2, classes: 3 };
  const areas = joinAreas(rankClasses([0, 2], table), areaUnderRoc, ['a', 'b', 'c']);
  expect(areas.macro).toEqual({ value: null, reason: 'no row is of the class "b"' });
});

it('is the share of pairs in the right order, ties half, also where rows count several times', () => {
  const row = fc.record({
    positive: fc.constantFrom(0, 1),
    score: fc.integer({ min: 0, max: 5 }),
    weight: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      const repeated = rows.flatMap((one) => Array.from({ length: one.weight }, () => one));
      const [ones, zeros] = [1, 0].map((kind) => repeated.filter((one) => one.positive === kind));
      const order = ones!.flatMap((one) =>
        zeros!.map((zero) => (Math.sign(one.score - zero.score) + 1) / 2),
      );
      const ranked = rankScores(
        rows.map((one) => one.positive),
        rows.map((one) => one.score),
      );
      const { roc } = curveAreas(
        ranked,
        rows.map((one) => one.weight),
      );
      if (order.length === 0) return Number.isNaN(roc);
      return Math.abs(roc - order.reduce((sum, one) => sum + one, 0) / order.length) < 1e-12;
    }),
    { seed: 5 },
  );
});
