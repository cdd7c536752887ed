import { auditStep } from '../../../src/activities/audit.ts';
import type { AuditStep } from '../../../src/activities/step-types.ts';
import type { AuditReport } from '../../../src/ml/model.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from '../small-problem.ts';

const inputShape = [2];
const ROWS = noisyRows(60, 2);
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const W = [2, -1] as const;
const probability = ([a = 0, b = 0]: readonly number[]) => sigmoid(W[0] * a + W[1] * b);

/** P(yes) = σ(2 f0 − f1). */
async function audit(behaviour: readonly object[], changes: object = {}) {
  const context = testContext();
  const dataset = await storeDataset(context.store, { inputShape, test: ROWS });
  const model = await storeModel(context.store, { inputShape, weights: logisticWeights(W) });
  const given = { dataset, model, behaviour, onFail: 'continue', seed: 3, ...changes };
  const input = decodeWith<AuditStep['with']>('audit', given);
  const outputs = await auditStep.run(input, context);
  return { outputs, report: await context.store.getJson<AuditReport>(outputs.report) };
}

describe('tests of behaviour in an audit', () => {
  it('tell which given rows are not given the class, or are given another', async () => {
    const cells = [
      { f0: 1, f1: 0 },
      { f0: -1, f1: 0 },
      { f0: 0, f1: -3 },
    ];
    const { report, outputs } = await audit([
      { name: 'rich', type: 'minimum', cells, class: 'yes' },
      { name: 'poor', type: 'minimum', cells, not: 'yes', minPassRate: 0.3, onFail: 'flag' },
    ]);
    const [rich, poor] = report.behaviour ?? [];
    expect(rich).toMatchObject({ tried: 3, failed: 1, passRate: 2 / 3 });
    expect(rich?.examples).toHaveLength(1);
    const [example] = rich?.examples ?? [];
    expect(example).toMatchObject({
      row: 1,
      before: null,
      after: { cells: '{"f0":-1,"f1":0}', class: 'no' },
    });
    expect(example?.after.probabilities[1]).toBeCloseTo(sigmoid(-2), 6);
    expect(poor).toMatchObject({ failed: 2, passRate: 1 / 3 });
    // The farthest off first: σ(3) before σ(2).
    expect(poor?.examples.map(({ row }) => row)).toEqual([2, 0]);
    expect(report.checks.map(({ name, status }) => [name, status])).toEqual([
      ['behaviour.rich', 'fail'],
      ['behaviour.poor', 'pass'],
    ]);
    expect(outputs.behaviour?.[0]).toEqual({ name: 'rich', tried: 3, failed: 1, passRate: 2 / 3 });
  });

  it('find every row whose class or probability a change of no matter moves', async () => {
    const change = { column: 'f1', add: 1 };
    const { report } = await audit([
      { name: 'class', type: 'invariance', change },
      { name: 'little', type: 'invariance', change, maxChange: 0.1 },
      { name: 'of-one', type: 'invariance', change, maxChange: 1, class: 'no' },
    ]);
    const changed = ROWS.x.map(([a = 0, b = 0]) => [a, b + 1]);
    const flips = ROWS.x.filter(
      (row, i) => probability(row) > 0.5 !== probability(changed[i] ?? []) > 0.5,
    ).length;
    const large = ROWS.x.filter(
      (row, i) => Math.abs(probability(row) - probability(changed[i] ?? [])) > 0.1,
    ).length;
    expect(flips).toBeGreaterThan(3);
    expect(report.behaviour?.map(({ tried, failed }) => [tried, failed])).toEqual([
      [60, flips],
      [60, large],
      [60, 0],
    ]);
    const worst = report.behaviour?.[1]?.examples[0];
    const moves = ROWS.x.map((row, i) =>
      Math.abs(probability(row) - probability(changed[i] ?? [])),
    );
    // Rows of the source are numbered from 100.
    expect(worst?.row).toBe(100 + moves.indexOf(Math.max(...moves)));
    expect(worst?.before?.cells).toMatch(/^f1 /);
  });

  it('hold a change to one direction, but for the tolerance', async () => {
    const up = { column: 'f0', add: 0.5 };
    const { report } = await audit([
      { name: 'up', type: 'directional', change: up, class: 'yes', direction: 'not-lower' },
      { name: 'down', type: 'directional', change: up, class: 'yes', direction: 'not-higher' },
      { name: 'other', type: 'directional', change: up, class: 'no', direction: 'not-higher' },
      {
        ...{ name: 'almost', type: 'directional', change: up, class: 'yes' },
        ...{ direction: 'not-higher', tolerance: 0.2 },
      },
    ]);
    const gains = ROWS.x.map(
      (row) => probability([(row[0] ?? 0) + 0.5, row[1] ?? 0]) - probability(row),
    );
    expect(report.behaviour?.map(({ failed }) => failed)).toEqual([
      0,
      60,
      0,
      gains.filter((gain) => gain > 0.2).length,
    ]);
  });

  it('try at most so many rows, the same each time, and leave no tensor', async () => {
    const test = { name: 'few', type: 'invariance', change: { column: 'f1', to: [0, 1] }, rows: 7 };
    const first = await leavingNoTensors(() => audit([test]));
    expect(first.report.behaviour?.[0]?.tried).toBe(14);
    expect((await audit([test])).outputs.report).toEqual(first.outputs.report);
    expect((await audit([test], { seed: 4 })).outputs.report).not.toEqual(first.outputs.report);
  });

  it('miss the bound where a change changes nothing', async () => {
    const { report } = await audit([
      { name: 'none', type: 'invariance', change: { column: 'f1', add: 0 } },
    ]);
    expect(report.behaviour?.[0]).toMatchObject({ tried: 0, passRate: null });
    expect(report.checks).toMatchObject([
      { name: 'behaviour.none', status: 'fail', message: expect.stringContaining('no row') },
    ]);
  });

  const change = { column: 'f1', add: 1 };
  it.each([
    ['DATA_INVALID', 'a', { type: 'minimum', cells: [{ f0: 1 }], class: 'yes' }, /"f1"/],
    [
      'DATA_INVALID',
      'a',
      { type: 'minimum', cells: [{ f0: 1, f1: 1, f2: 1 }], class: 'yes' },
      /"f2"/,
    ],
    [
      'DATA_INVALID',
      'a',
      { type: 'minimum', cells: [{ f0: 'x', f1: 1 }], class: 'yes' },
      /not a number/,
    ],
    [
      'DATA_INVALID',
      'a',
      { type: 'minimum', cells: [{ f0: 1, f1: 1 }], class: 'maybe' },
      /"maybe"/,
    ],
    ['DATA_INVALID', 'a', { type: 'invariance', change: { column: 'f9', add: 1 } }, /"f9"/],
    ['SPEC_INVALID', 'a', { type: 'minimum', cells: [{ f0: 1, f1: 1 }] }, /`class` or `not`/],
    ['SPEC_INVALID', 'a', { type: 'invariance', change: { column: 'f1' } }, /one of to, add/],
    ['SPEC_INVALID', 'a', { type: 'invariance', change, tolerance: 0.1 }, /`tolerance`/],
    ['SPEC_MISSING_KEY', 'a', { type: 'directional', change, class: 'yes' }, /`direction`/],
    ['SPEC_MISSING_KEY', 'a', { type: 'invariance', change: { add: 1 } }, /`column`/],
  ])('refuse with %s: %s %j', async (code, name, test, message) => {
    await expect(audit([{ name, ...test }])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
