import * as tf from '@tensorflow/tfjs';
import { auditStep } from '../../src/activities/audit.ts';
import { calibrateStep } from '../../src/activities/calibrate.ts';
import { explainStep } from '../../src/activities/explain.ts';
import { fuseStep } from '../../src/activities/fuse.ts';
import { predictStep } from '../../src/activities/predict.ts';
import { trainingsOf } from '../../src/activities/trainings-of.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { JsonObject } from '../../src/json.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { Explanations, Predictions } from '../../src/ml/model.ts';
import { NO_QUALITY } from './explain-quality.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [2];
const CALIBRATE = { method: 'temperature' as const, calibrationBins: 15 };

/** Labels are wrong in 3 of 10 rows, and the model is far too sure. */
async function problem(validation = noisyRows(300, 2, 1, 0.3)) {
  const context = testContext();
  const test = noisyRows(200, 2, 2, 0.3);
  const train = noisyRows(40, 2, 3);
  const dataset = await storeDataset(context.store, { inputShape, train, validation, test });
  const model = await storeModel(context.store, { inputShape, weights: logisticWeights([8, 1]) });
  return { context, input: { ...CALIBRATE, dataset, model, part: 'validation' as const } };
}

async function calibrated() {
  const { context, input } = await problem();
  const { model } = await calibrateStep.run(input, context);
  return { context, input, model };
}

describe('calibrate', () => {
  it('lowers log loss and calibration error, and leaves no tensor', async () => {
    const { context, input } = await problem();
    const outputs = await leavingNoTensors(() => calibrateStep.run(input, context));
    expect(outputs.temperature).toBeGreaterThan(2);
    expect(outputs.rows).toBe(300);
    const { logLoss, expectedCalibrationError } = outputs;
    expect(logLoss.after).toBeLessThan(logLoss.before - 0.3);
    expect(expectedCalibrationError.before).toBeGreaterThan(0.2);
    expect(expectedCalibrationError.after).toBeLessThan(0.1);
    expect(await calibrateStep.run(input, context)).toEqual(outputs);
  });

  it('finds nothing left to calibrate the second time', async () => {
    const { context, input, model } = await calibrated();
    const again = await calibrateStep.run({ ...input, model }, context);
    expect(again.temperature).toBeCloseTo(1, 4);
  });

  it('says the same classes, less surely, of a part that it has not seen', async () => {
    const { context, input, model } = await calibrated();
    const predict = async (one: ArtifactRef) => {
      const outputs = await predictStep.run(
        { model: one, dataset: input.dataset, part: 'test' } as never,
        context,
      );
      const { predictions } = outputs as { predictions: ArtifactRef };
      return (await context.store.getJson<Predictions>(predictions)).probabilities;
    };
    const [before, after] = [await predict(input.model), await predict(model)];
    const best = (rows: readonly (readonly number[])[]) =>
      rows.map((row) => row.indexOf(Math.max(...row)));
    expect(best(after)).toEqual(best(before));
    const surest = (rows: readonly (readonly number[])[]) =>
      rows.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
    expect(surest(after)).toBeLessThan(surest(before) - 0.1);
  });

  it('is audited with the accuracy it had and a better calibration', async () => {
    const { context, input, model } = await calibrated();
    const audit = (one: ArtifactRef) =>
      auditStep.run(
        {
          ...{ model: one, dataset: input.dataset, part: 'test', calibrationBins: 15, checks: {} },
          ...{ bootstrap: { samples: 100, confidence: 0.95 }, onFail: 'stop', seed: 0 },
        },
        context,
      );
    const [before, after] = [await audit(input.model), await audit(model)];
    expect(after.accuracy).toEqual(before.accuracy);
    expect(after.metrics!.rocAuc).toBeCloseTo(before.metrics!.rocAuc!, 2);
    expect(after.expectedCalibrationError).toBeLessThan(before.expectedCalibrationError / 2);
  });

  it('is explained, also by gradients', async () => {
    const { context, input, model } = await calibrated();
    for (const method of ['integrated-gradients', 'exact-shap'] as const) {
      const outputs = await explainStep.run(
        {
          ...{ model, dataset: input.dataset, part: 'test', method, limit: 2, background: 20 },
          ...{ steps: 200, seed: 0, quality: NO_QUALITY },
        } as never,
        context,
      );
      const found = await context.store.getJson<Explanations>(outputs.explanations);
      // Additivity: attributions explain what the calibrated model says, not the one below it.
      expect(found.rows.every(({ error }) => error! < 1e-3)).toBe(true);
    }
  });

  it('has the gradients of the probabilities that it gives', async () => {
    const { context, model } = await calibrated();
    const { classifier } = await loadClassifier(context.store, model);
    const at = [0.3, -0.2];
    const yes = async (x: number[]) => (await classifier.predict(Float32Array.from(x), 1))[1]!;
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => classifier.probabilities(x).slice([0, 1], [1, 1]).sum())(
          tf.tensor2d(at, [1, 2]),
        )
        .arraySync(),
    ) as number[][];
    const step = 1e-2;
    const slope = ((await yes([0.3 + step, -0.2])) - (await yes([0.3 - step, -0.2]))) / (2 * step);
    expect(gradient[0]![0]).toBeCloseTo(slope, 3);
    classifier.dispose();
  });

  it('is a member of fusions, and remembers the training behind it', async () => {
    const { context, input, model } = await calibrated();
    const fused = await fuseStep.run(
      { members: [input.model, model], dataset: input.dataset, method: 'average' },
      context,
    );
    expect(fused.fused.accuracy).toBeCloseTo(fused.members[0]!.accuracy, 12);
    const trainings = [];
    for await (const one of trainingsOf([model], context.store)) trainings.push(one);
    expect(trainings).toMatchObject([{ dataset: '0'.repeat(64) }]);
  });

  it('warns where the part does not say how sure to be', async () => {
    const right = { x: [[1, 0]], y: [1] };
    const { context, input } = await problem(right);
    expect((await calibrateStep.run(input, context)).temperature).toBe(0.01);
    expect(context.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('0.01') as string,
      }),
    );
  });

  it('refuses a part without rows', async () => {
    const { context, input } = await problem({ x: [], y: [] });
    await expect(calibrateStep.run(input, context)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it.each([
    [{ temperature: 0 }],
    [{ temperature: -1 }],
    [{ temperature: '2' }],
    [{ temperature: null }],
    [{ members: [] }],
  ])('refuses a stored model with %j', async (wrong) => {
    const { context, model } = await calibrated();
    const manifest = await context.store.getJson<JsonObject>(model);
    const broken = await context.store.putJson({ ...manifest, ...wrong }, MEDIA_TYPE.model);
    await expect(loadClassifier(context.store, broken)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });

  it('refuses a temperature of two models', async () => {
    const { context, model, input } = await calibrated();
    const manifest = await context.store.getJson<JsonObject>(model);
    const broken = await context.store.putJson(
      { ...manifest, members: [input.model, input.model] as never },
      MEDIA_TYPE.model,
    );
    await expect(loadClassifier(context.store, broken)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});
