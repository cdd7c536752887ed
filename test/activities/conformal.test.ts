import { conformalStep } from '../../src/activities/conformal.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { PredictedPart, PredictStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { Calibration } from '../../src/ml/conformal/calibration.ts';
import type { ModelManifest, Predictions, RowSelection } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  type Rows,
  storeDataset,
  storeModel,
  type TestContext,
  testContext,
} from './small-problem.ts';

const inputShape = [1];
/** P(yes) = σ(x), so that a logit is a row. */
const rowsOf = (logits: readonly number[], y: readonly number[]): Rows => ({
  x: logits.map((logit) => [logit]),
  y,
});
const sigma = (logit: number) => 1 / (1 + Math.exp(-logit));

// Scores 1 − p of the true class: σ(−3) … σ(1.2), and the largest is the 9th of 9.
const calibration = rowsOf(
  [3, 2.5, 2, 1.5, -3.5, -2.2, -1.7, -1.1, 1.2],
  [1, 1, 1, 1, 0, 0, 0, 0, 0],
);
// Threshold σ(1.2): both classes are in the set of any |logit| up to 1.2.
const test = rowsOf([4, -4, 1, -1.1, -2], [1, 0, 1, 1, 1]);

interface Problem {
  readonly context: TestContext;
  readonly dataset: ArtifactRef;
  readonly model: ArtifactRef;
}

async function problem(given: { train?: Rows; validation?: Rows; test?: Rows } = {}) {
  const context = testContext();
  const parts = { validation: calibration, test, ...given };
  const dataset = await storeDataset(context.store, { inputShape, ...parts });
  const plain = await storeModel(context.store, { inputShape, weights: logisticWeights([1]) });
  const model = await trainedOn(dataset, plain, context);
  return { context, dataset, model };
}

/** The same model, saying that it was trained on the data. */
async function trainedOn(data: ArtifactRef, model: ArtifactRef, { store }: TestContext) {
  const manifest = await store.getJson<ModelManifest>(model);
  const trained = { dataset: data.sha256, backend: 'test', data };
  return store.putJson({ ...manifest, trainedOn: trained }, MEDIA_TYPE.model);
}

const run = ({ context, dataset, model }: Problem, given: object = {}) =>
  conformalStep.run(
    {
      ...{ model, dataset, part: 'validation', alpha: 0.1, method: 'lac' },
      ...{ classConditional: false, seed: 0, ...given },
    },
    context,
  );

const warnings = ({ lines }: TestContext) =>
  lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

describe('conformal', () => {
  it('takes its threshold from the calibration part, and measures the other', async () => {
    const given = await problem();
    const outputs = await leavingNoTensors(() => run(given));
    expect(outputs).toMatchObject({
      alpha: 0.1,
      n: 9,
      thresholds: [{ class: null, n: 9, threshold: expect.closeTo(sigma(1.2), 6) as number }],
    });
    // The sets: {yes}, {no}, both, both, {no}; the last one is wrong.
    expect(outputs.measured).toEqual({
      part: 'test',
      rows: 5,
      coverage: 0.8,
      band: { low: 0.4, high: 1 },
      meanSetSize: 1.4,
      singletons: 0.6,
      empty: 0,
      acceptedErrors: expect.closeTo(1 / 3, 12) as number,
      byClass: [
        { class: 'no', rows: 1, coverage: 1, band: null },
        { class: 'yes', rows: 4, coverage: 0.75, band: null },
      ],
    });
    const stored = await given.context.store.getJson<Calibration>(outputs.conformal);
    expect(stored).toMatchObject({
      model: given.model.sha256,
      dataset: given.dataset.sha256,
      part: 'validation',
      leftOut: 0,
      groups: [{ classIndex: null, n: 9, rank: 9 }],
    });
    expect(warnings(given.context)).toEqual([]);
  });

  it('gives the same bytes for the same input, randomised too', async () => {
    const given = await problem();
    const of = (seed: number) => run(given, { method: 'randomised-aps', alpha: 0.3, seed });
    const [first, again, other] = [await of(1), await of(1), await of(2)];
    expect(again).toEqual(first);
    expect(other.conformal.sha256).not.toBe(first.conformal.sha256);
  });

  it('has every class in every set where there are too few rows, and says so', async () => {
    const given = await problem();
    const outputs = await run(given, { alpha: 0.05 });
    expect(outputs.thresholds).toEqual([{ class: null, n: 9, threshold: null }]);
    expect(outputs.measured).toMatchObject({ coverage: 1, meanSetSize: 2, singletons: 0 });
    expect(outputs.measured).toMatchObject({ acceptedErrors: null, band: { low: 1, high: 1 } });
    expect(warnings(given.context)).toEqual([
      '9 calibration rows are too few for α = 0.05, which takes 19: every class is in every set',
    ]);
  });

  it('has a threshold and a band for each class, and a class without rows in every set', async () => {
    const validation = rowsOf([3, 2.5, 2, 1.5, 0.5], [1, 1, 1, 1, 1]);
    const given = await problem({ validation });
    const outputs = await run(given, { alpha: 0.2, classConditional: true });
    expect(outputs.thresholds).toEqual([
      { class: 'no', n: 0, threshold: null },
      { class: 'yes', n: 5, threshold: expect.closeTo(sigma(-0.5), 6) as number },
    ]);
    expect(outputs.measured).toMatchObject({ band: null, coverage: 0.6 });
    expect(outputs.measured?.byClass).toEqual([
      { class: 'no', rows: 1, coverage: 1, band: { low: 1, high: 1 } },
      { class: 'yes', rows: 4, coverage: 0.5, band: expect.any(Object) as object },
    ]);
    expect(warnings(given.context)).toEqual([
      '0 calibration rows of class "no" are too few for α = 0.2, which takes 4: it is in every set',
    ]);
  });

  it('says when the other part is covered less than theory expects', async () => {
    const given = await problem({ test: rowsOf(Array<number>(40).fill(-3), Array(40).fill(1)) });
    expect((await run(given)).measured?.coverage).toBe(0);
    expect(warnings(given.context)[0]).toContain('measured coverage 0.0000 is below');
  });

  it('measures nothing where the other part has no rows', async () => {
    const given = await problem({ test: rowsOf([], []) });
    expect((await run(given)).measured).toBeNull();
  });

  it('calibrates on the test part where asked to', async () => {
    const outputs = await run(await problem(), { part: 'test', alpha: 0.4 });
    expect(outputs).toMatchObject({ n: 5, measured: { part: 'validation', rows: 9 } });
  });

  it('leaves out rows that the model was fitted to under another split', async () => {
    const given = await problem();
    const known = rowsOf([3, 2.5, 4], [1, 1, 1]);
    const earlier = await storeDataset(given.context.store, { inputShape, train: known });
    const model = await trainedOn(earlier, given.model, given.context);
    const outputs = await run({ ...given, model }, { alpha: 0.2 });
    expect(outputs).toMatchObject({ n: 7, measured: { rows: 4 } });
    expect(await given.context.store.getJson(outputs.conformal)).toMatchObject({ leftOut: 2 });
    const all = await storeDataset(given.context.store, { inputShape, train: calibration });
    const knowing = await trainedOn(all, given.model, given.context);
    await expect(run({ ...given, model: knowing })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('keeps equal rows of its own split: new data have them too', async () => {
    const outputs = await run(await problem({ train: rowsOf([3, 3], [1, 1]) }));
    expect(outputs.n).toBe(9);
  });

  it('warns where it is not known what the model was trained on', async () => {
    const given = await problem();
    const model = await storeModel(given.context.store, { inputShape });
    await run({ ...given, model });
    expect(warnings(given.context)[0]).toContain('not all that the model was trained on is known');
  });

  it('refuses a part without rows', async () => {
    const given = await problem({ validation: rowsOf([], []) });
    await expect(run(given)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('predict with flag.conformal', () => {
  async function predict(given: Problem, flag: object): Promise<PredictedPart> {
    const { model, dataset, context } = given;
    const input = { model, dataset, flag };
    return (await predictStep.run(
      decodeWith<PredictStep['with']>('predict', input),
      context,
    )) as PredictedPart;
  }

  it('flags the rows whose set is not a single class, and keeps all sets', async () => {
    const given = await problem();
    const { conformal } = await run(given);
    const outputs = await predict(given, { conformal });
    const { store } = given.context;
    const predictions = await store.getJson<Predictions>(outputs.predictions);
    expect(predictions.conformal).toEqual({
      alpha: 0.1,
      calibration: conformal,
      sets: [[1], [0], [0, 1], [0, 1], [0]],
    });
    const flagged = await store.getJson<RowSelection>(outputs.flagged);
    expect(flagged.rows).toEqual([
      { row: 2, sourceRow: 111, reason: 'conformal set {no, yes} at α = 0.1' },
      { row: 3, sourceRow: 112, reason: 'conformal set {no, yes} at α = 0.1' },
    ]);
    // What the calibration measured is of these very sets.
    expect(outputs.flaggedRows).toBe(5 * (1 - 0.6));
  });

  it('flags empty sets', async () => {
    const validation = rowsOf([3, 3.5, 4, 4.5, 5, -3, -4, -5, -6], [1, 1, 1, 1, 1, 0, 0, 0, 0]);
    const given = await problem({ validation });
    const { conformal } = await run(given);
    const outputs = await predict(given, { conformal, maxItems: 1 });
    const { rows } = await given.context.store.getJson<RowSelection>(outputs.flagged);
    expect(rows).toEqual([{ row: 2, sourceRow: 111, reason: 'conformal set is empty at α = 0.1' }]);
    expect(outputs.flaggedBeforeLimit).toBe(3);
  });

  it('draws a sample beside the rules, which no limit cuts', async () => {
    const given = await problem({ test: noisyRows(200, 1) });
    const { conformal } = await run(given, { alpha: 0.3 });
    const sample = { rows: 30, seed: 4 };
    const outputs = await predict(given, { conformal, sample, maxItems: 5 });
    const { rows } = await given.context.store.getJson<RowSelection>(outputs.flagged);
    const drawn = rows.filter(({ sampled }) => sampled !== undefined);
    expect(drawn).toHaveLength(30);
    expect(rows).toHaveLength(35);
    const accepted = drawn.filter(({ sampled }) => sampled === 'accepted');
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(30);
    for (const { reason } of accepted) expect(reason).toBe('drawn at random');
    const both = drawn.find(({ sampled }) => sampled === 'flagged');
    expect(both?.reason).toMatch(/^conformal set .* and drawn at random$/);
    const again = await predict(given, { conformal, sample, maxItems: 5 });
    expect(again.flagged).toEqual(outputs.flagged);
    const other = await predict(given, { conformal, sample: { rows: 30, seed: 5 }, maxItems: 5 });
    expect(other.flagged).not.toEqual(outputs.flagged);
  });

  it('refuses the calibration of another model', async () => {
    const given = await problem();
    const { conformal } = await run(given);
    const model = await storeModel(given.context.store, { inputShape, seed: 2 });
    await expect(predict({ ...given, model }, { conformal })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('calibration of model') as string,
    });
  });

  it.each([
    ['version', 2],
    ['alpha', 1],
    ['method', 'raps'],
    ['groups', []],
    ['groups', [{ n: 9, rank: 9, threshold: 'high' }]],
    ['classes', null],
    ['seed', 0.5],
    ['model', 7],
    ['classConditional', 1],
  ])('refuses a calibration whose %s is %j', async (key, value) => {
    const given = await problem();
    const { conformal } = await run(given);
    const { store } = given.context;
    const stored = await store.getJson<Calibration>(conformal);
    const broken = await store.putJson({ ...stored, [key]: value }, MEDIA_TYPE.conformal);
    await expect(predict(given, { conformal: broken })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});
