import { explainStep } from '../../src/activities/explain.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { Explanations, LayerSpec } from '../../src/ml/model.ts';
import { NO_QUALITY } from './explain-quality.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const COMMON = {
  quality: NO_QUALITY,
  part: 'test' as const,
  limit: 4,
  background: 20,
  steps: 50,
  seed: 4,
};
const mlp: LayerSpec[] = [{ type: 'dense', units: 8, activation: 'tanh' }];
type Input = Parameters<typeof explainStep.run>[0];

async function problem(hidden: readonly LayerSpec[], weights?: readonly number[]) {
  const context = testContext();
  const { store } = context;
  const test = noisyRows(6, 4, 2);
  const dataset = await storeDataset(store, {
    inputShape: [4],
    train: noisyRows(60, 4, 1),
    test,
  });
  const model = await storeModel(store, { inputShape: [4], hidden, ...(weights && { weights }) });
  return { context, test, input: { ...COMMON, method: 'counterfactual' as const, dataset, model } };
}

async function run(
  { context, input }: Awaited<ReturnType<typeof problem>>,
  changes: Partial<Input>,
) {
  const outputs = await leavingNoTensors(() => explainStep.run({ ...input, ...changes }, context));
  return { outputs, found: await context.store.getJson<Explanations>(outputs.explanations) };
}

describe('explain by counterfactuals', () => {
  it('gives rows that the model really answers with the other class', async () => {
    const given = await problem(mlp);
    const { outputs, found } = await run(given, { targetProbability: 0.6 });
    expect(outputs).toMatchObject({ rows: 4, largestError: null, topFeatures: [] });
    const { classifier } = await loadClassifier(given.context.store, given.input.model);
    for (const { row, classIndex, attributions, counterfactual: other } of found.rows) {
      expect(attributions).toEqual([]);
      if (other?.status !== 'found') throw new Error(other?.reason);
      const x = Float32Array.from(given.test.x[row]!);
      expect(other.changes.length).toBeGreaterThan(0);
      for (const { feature, from, to } of other.changes) {
        const at = found.featureNames.indexOf(feature);
        expect(from).toBeCloseTo(x[at]!, 5);
        x[at] = to as number;
      }
      const answer = await classifier.predict(x, 1);
      expect(found.classes[1 - classIndex]).toBe(other.class);
      expect(answer[1 - classIndex]!).toBeGreaterThanOrEqual(0.6);
      expect(answer[1 - classIndex]!).toBeCloseTo(other.probability, 5);
    }
    classifier.dispose();
    const once = await run(given, { targetProbability: 0.6, limit: 1 });
    const again = await run(given, { targetProbability: 0.6, limit: 1 });
    expect(again.outputs).toEqual(once.outputs);
  });

  it('says so where nothing within the bounds is answered so', async () => {
    const given = await problem([], logisticWeights([3, 0, 0, 0], -1));
    const held = await run(given, {
      actionable: { f0: false },
      targetClass: 'yes',
      targetProbability: 0.6,
    });
    for (const { classIndex, counterfactual } of held.found.rows) {
      const reason =
        classIndex === 1
          ? 'the row is of that class already'
          : 'no row within the bounds was found that the model answers so';
      expect(counterfactual).toEqual({ status: 'none', class: 'yes', reason });
    }
    const nothing = { f0: false, f1: false, f2: false, f3: false } as const;
    const { found } = await run(given, { actionable: nothing });
    expect(found.rows[0]!.counterfactual).toMatchObject({ reason: 'no column may change' });
    const one = { x: [[1, 2, 3, 4]], y: [0] };
    const dataset = await storeDataset(given.context.store, {
      inputShape: [4],
      train: one,
      test: one,
    });
    const alone = await run(given, { dataset });
    expect(alone.found.rows[0]!.counterfactual).toMatchObject({ status: 'none' });
  });

  it('refuses unknown classes and columns, pictures and text', async () => {
    const given = await problem(mlp);
    const invalid = { code: 'SPEC_INVALID' };
    await expect(run(given, { targetClass: 'yess' })).rejects.toMatchObject(invalid);
    await expect(run(given, { actionable: { g0: false } })).rejects.toMatchObject(invalid);
    const { store } = given.context;
    const manifest = await store.getJson<object>(given.input.dataset);
    const inputs = [{ name: 'text', shape: [4], offset: 0, vocabulary: 9 }];
    const dataset = await store.putJson({ ...manifest, inputs }, MEDIA_TYPE.dataset);
    await expect(run(given, { dataset })).rejects.toMatchObject(invalid);
  });
});
