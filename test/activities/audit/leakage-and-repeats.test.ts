import { auditStep } from '../../../src/activities/audit.ts';
import { leakage } from '../../../src/activities/audit/leakage.ts';
import { stochasticity } from '../../../src/activities/audit/stochasticity.ts';
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

type Input = AuditStep['with'];

async function problem() {
  const context = testContext();
  const { store } = context;
  const train = noisyRows(60, 3, 1, 0);
  const test = noisyRows(20, 3, 2, 0.2);
  // The first two are rows of training, one of them with another label, and one is nearly a third.
  const x = [...test.x];
  const y = [...test.y];
  [x[0], y[0]] = [train.x[5]!, train.y[5]!];
  [x[1], y[1]] = [train.x[6]!, 1 - train.y[6]!];
  [x[2], y[2]] = [train.x[7]!.map((value) => value + 0.004), train.y[7]!];
  const dataset = await storeDataset(store, { inputShape: [3], train, test: { x, y } });
  const model = (w: readonly number[]) =>
    storeModel(store, { inputShape: [3], weights: logisticWeights(w) });
  const audit = async (own: readonly number[], changes: object) => {
    const given = { dataset, model: await model(own), onFail: 'continue', ...changes };
    const outputs = await leavingNoTensors(async () =>
      auditStep.run(decodeWith<Input>('audit', given as never), context),
    );
    return store.getJson<AuditReport>(outputs.report);
  };
  return { audit, model, x };
}

describe('leakage in an audit', () => {
  it('is the rows that training has too, or nearly, and the feature that is the answer', async () => {
    const { audit } = await problem();
    const checks = { leakedRows: { max: 0.1 }, targetLeak: { max: 0.99 } };
    const report = await audit([1, 0, 0], { leakage: {}, checks });
    expect(report.leakage).toMatchObject({
      ...{ rows: 20, trainingRows: 60, sharedRows: 2, contradictoryRows: 1 },
      ...{ comparedRows: 20, nearRows: 1, leakedShare: 0.15 },
    });
    // The label is the sign of f0.
    expect(report.leakage!.alone[0]).toMatchObject({ feature: 'f0', auc: 1 });
    expect(report.leakage!.alone[1]!.auc).toBeLessThan(0.8);
    expect(report.checks).toMatchObject([
      { name: 'leakedRows', status: 'flag', value: 0.15 },
      { name: 'targetLeak', status: 'flag', value: 1 },
    ]);
    const strict = await audit([1, 0, 0], { leakage: { near: 0.001 } });
    expect(strict.leakage).toMatchObject({ nearRows: 0, leakedShare: 0.1 });
  });
});

describe('asking a model again', () => {
  it('gives the same bits in another order, in other batches and by a model loaded anew', async () => {
    const { audit } = await problem();
    const checks = { repeatability: { max: 0 } };
    const report = await audit([1, -1, 0.5], { stochasticity: {}, checks });
    expect(report.stochasticity).toEqual({
      ...{ rows: 20, differingRows: 0, largestDifference: 0, churn: null },
    });
    expect(report.checks).toMatchObject([{ name: 'repeatability', status: 'pass', value: 0 }]);
  });

  it('counts the rows that another training gives another class', async () => {
    const { audit, model, x } = await problem();
    const others = [await model([1, 0, 0]), await model([1, 1, 0])];
    const checks = { churn: { max: 0 } };
    const report = await audit([1, 0, 0], { stochasticity: { others }, checks });
    const changed = x.filter((row) => row[0]! > 0 !== row[0]! + row[1]! > 0).length;
    expect(changed).toBeGreaterThan(0);
    expect(report.stochasticity!.churn).toEqual({
      models: 2,
      share: changed / 20,
      mean: changed / 40,
    });
    expect(report.checks).toMatchObject([{ name: 'churn', status: 'flag' }]);
  });
});

it.each([
  [leakage, { part: 'train', leakage: {} }],
  [leakage, { checks: { targetLeak: { max: 0.9 } } }],
  [stochasticity, { checks: { repeatability: { max: 0 } } }],
  [stochasticity, { stochasticity: {}, checks: { churn: { max: 0 } } }],
])('refuses what is not measured before anything is read: %#', (section, changes) => {
  const sha256 = '0'.repeat(64);
  const ref = { uri: `artifact://sha256/${sha256}`, sha256, bytes: 1, mediaType: 'x' };
  const input = decodeWith<Input>('audit', { dataset: ref, model: ref, ...changes });
  expect(() => section.require?.(input)).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
});
