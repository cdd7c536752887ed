import { predictStep } from '../../src/activities/predict.ts';
import type { PredictedPart, PredictStep } from '../../src/activities/step-types.ts';
import type { StepContext } from '../../src/activities/step.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import type { ModelManifest, Predictions, RowSelection } from '../../src/ml/model.ts';
import {
  leavingNoTensors,
  logisticWeights,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [1];
const logits = [3, 0.1, -0.2, 0.1, -4];
const test = { x: logits.map((logit) => [logit]), y: [1, 0, 0, 1, 0] };

async function problem(part = test) {
  const context = testContext();
  const dataset = await storeDataset(context.store, { inputShape, test: part });
  const model = await storeModel(context.store, { inputShape, weights: logisticWeights([1]) });
  return { context, input: { dataset, model, part: 'test' as const } };
}

const predictPart = async (input: PredictStep['with'], context: StepContext) =>
  (await predictStep.run(input, context)) as PredictedPart;

describe('predict', () => {
  it('gives the probabilities of the model, row by row, and leaves no tensor', async () => {
    const { context, input } = await problem();
    const outputs = await leavingNoTensors(() => predictPart(input, context));
    const found = await context.store.getJson<Predictions>(outputs.predictions);
    expect(found).toMatchObject({
      part: 'test',
      classes: ['no', 'yes'],
      sourceRows: [100, 101, 102, 103, 104],
      labels: test.y,
    });
    logits.forEach((logit, row) => {
      expect(found.probabilities[row]![1]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    });
    expect(outputs).toMatchObject({ rows: 5, flaggedRows: 0, flaggedBeforeLimit: 0 });
    expect(outputs.accuracy).toBeCloseTo(4 / 5, 12);
  });

  it('flags the least confident first, and no more than maxItems', async () => {
    const { context, input } = await problem();
    const flag = { confidenceBelow: 0.6, maxItems: 2 };
    const outputs = await predictPart({ ...input, flag }, context);
    const flagged = await context.store.getJson<RowSelection>(outputs.flagged);
    expect(flagged.rows.map(({ row, sourceRow }) => [row, sourceRow])).toEqual([
      [1, 101],
      [3, 103],
    ]);
    expect(flagged.rows[0]!.reason).toBe('confidence 0.52 < 0.60');
    expect(outputs).toMatchObject({ flaggedRows: 2, flaggedBeforeLimit: 3 });
  });

  it('stores an empty selection where nothing is flagged', async () => {
    const { context, input } = await problem();
    const flag = { confidenceBelow: 0.5, maxItems: 2 };
    const outputs = await predictPart({ ...input, flag }, context);
    expect(await context.store.getJson(outputs.flagged)).toEqual({ part: 'test', rows: [] });
  });

  it('refuses a part without rows', async () => {
    const { context, input } = await problem({ x: [], y: [] });
    await expect(predictStep.run(input, context)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('refuses both a data set and a file, and neither', async () => {
    const { context, input } = await problem();
    const { dataset: _, ...neither } = input;
    for (const given of [{ ...input, file: 'rows.csv' }, neither]) {
      await expect(predictStep.run(given, context)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    }
  });

  it('refuses a model of other classes', async () => {
    const { context, input } = await problem();
    const model = await storeModel(context.store, { inputShape, classes: ['a', 'b', 'c'] });
    await expect(predictStep.run({ ...input, model }, context)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  });

  it('refuses a model that reads the same values as other inputs', async () => {
    const { context, input } = await problem();
    const { store } = context;
    const tokens = (vocabulary: number, name = 't') => ({
      inputs: [{ name, shape: [1], offset: 0, vocabulary }],
    });
    const contract = await store.getJson<ModelManifest>(input.model);
    const data = await store.getJson<DatasetManifest>(input.dataset);
    const reads = { ...contract, input: { ...contract.input, ...tokens(9) } };
    const model = await store.putJson(reads, MEDIA_TYPE.model);
    const put = async (inputs: object) => ({
      ...{ ...input, model },
      dataset: await store.putJson({ ...data, ...inputs }, MEDIA_TYPE.dataset),
    });
    for (const other of [tokens(10), {}]) {
      await expect(predictStep.run(await put(other), context)).rejects.toMatchObject({
        code: 'SHAPE_MISMATCH',
        message: expect.stringContaining('"vocabulary":9') as string,
      });
    }
    const same = await predictStep.run(await put(tokens(9, 'renamed')), context);
    expect(same.rows).toBeGreaterThan(0);
  });

  it('refuses a model whose probabilities are not numbers, instead of passing its rows', async () => {
    const { context, input } = await problem({ x: [[1e30]], y: [0] });
    const model = await storeModel(context.store, { inputShape, weights: [1e30, -1e30, 0, 0] });
    await expect(predictStep.run({ ...input, model }, context)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });

  it('stops when the run is cancelled', async () => {
    const stop = new AbortController();
    const { context, input } = await problem();
    stop.abort(new Error('cancelled by a person'));
    await expect(predictStep.run(input, { ...context, signal: stop.signal })).rejects.toThrow(
      'cancelled by a person',
    );
  });
});
