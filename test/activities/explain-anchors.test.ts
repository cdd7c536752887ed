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
  limit: 3,
  background: 20,
  steps: 50,
  seed: 4,
};
type Input = Parameters<typeof explainStep.run>[0];

async function problem() {
  const context = testContext();
  const { store } = context;
  const inputShape = [3];
  const train = noisyRows(400, 3, 1);
  const test = noisyRows(6, 3, 2);
  const dataset = await storeDataset(store, { inputShape, train, test });
  const model = await storeModel(store, { inputShape, weights: logisticWeights([9, 0.1, 0]) });
  return { context, train, test, input: { ...COMMON, method: 'anchors' as const, dataset, model } };
}

async function run(
  { context, input }: Awaited<ReturnType<typeof problem>>,
  changes: Partial<Input>,
) {
  const outputs = await leavingNoTensors(() => explainStep.run({ ...input, ...changes }, context));
  return { outputs, found: await context.store.getJson<Explanations>(outputs.explanations) };
}

describe('explain by anchors', () => {
  it('gives rules of the column that decides, and they hold', async () => {
    const given = await problem();
    const { outputs, found } = await run(given, { limit: 6 });
    expect(outputs).toMatchObject({ method: 'anchors', topFeatures: [], largestError: null });
    expect(found.settings).toMatchObject({ precision: 0.95, delta: 0.1, tau: 0.15, batch: 100 });
    const { classifier } = await loadClassifier(given.context.store, given.input.model);
    const all = Float32Array.from(given.train.x.flat());
    const answers = await classifier.predict(all, 400);
    classifier.dispose();
    let precise = 0;
    for (const { row, classIndex, rule, attributions } of found.rows) {
      expect(attributions).toEqual([]);
      if (rule?.status !== 'found') continue;
      precise += 1;
      expect(rule.predicates.some((text) => text.includes('f0'))).toBe(true);
      expect(rule.precision.low).toBeGreaterThanOrEqual(0.93);
      // The outer quarters of the first column are far from the boundary.
      if (Math.abs(given.test.x[row]![0]!) < 1) continue;
      expect(rule.predicates).toHaveLength(1);
      const side = Math.sign(given.test.x[row]![0]!);
      const covered = given.train.x.flatMap(([first], at) => (side * first! > 0.8 ? [at] : []));
      for (const at of covered) expect(answers[2 * at + classIndex]!).toBeGreaterThan(0.5);
    }
    expect(precise).toBeGreaterThan(2);
    expect((await run(given, { limit: 6 })).outputs).toEqual(outputs);
    expect((await run(given, { limit: 6, seed: 5 })).outputs.explanations).not.toEqual(
      outputs.explanations,
    );
  });

  it('ends with the most precise rule where it may not draw on', async () => {
    const given = await problem();
    const weights = logisticWeights([0.3, 0.3, 0.3]);
    const model = await storeModel(given.context.store, { inputShape: [3], weights });
    const { found } = await run(given, { model, samples: 200, precision: 0.99 });
    for (const { rule, evaluations } of found.rows) {
      expect(rule!.status).toBe('none');
      expect(rule!.precision.low).toBeLessThan(0.97);
      expect(evaluations).toBeLessThan(1200);
    }
  });

  it('reads words that are there, and refuses pictures', async () => {
    const layers: LayerSpec[] = [
      { type: 'embedding', vocabulary: 7, units: 1, maskZero: false },
      { type: 'flatten' },
    ];
    const given = await problem();
    const { store } = given.context;
    // An embedding of ids: only 5 speaks for "yes"; then P(yes) = σ(8 Σ − 4).
    const weights = [0, 0, 0, 0, 0, 1, 0, 0, 8, 0, 8, 0, 8, 0, -4];
    const model = await storeModel(store, { inputShape: [3], hidden: layers, weights });
    const x = [
      [4, 5, 6],
      [6, 4, 0],
    ];
    const rows = { x, y: [1, 0] };
    const plain = await storeDataset(store, { inputShape: [3], train: rows, test: rows });
    const text = {
      type: 'text',
      column: 't',
      tokenizer: 'word',
      lowercase: true,
      marks: false,
      length: 3,
      vocabulary: ['ham', 'prize', 'now'],
    };
    const manifest = {
      ...(await store.getJson<object>(plain)),
      encoders: [text],
      featureNames: ['t[0]', 't[1]', 't[2]'],
      inputs: [{ name: 'text', shape: [3], offset: 0, vocabulary: 7 }],
    };
    const dataset = await store.putJson(manifest, MEDIA_TYPE.dataset);
    const { found } = await run(given, { dataset, model });
    expect(found.rows.map(({ rule }) => rule!.predicates)).toEqual([['contains “prize”'], []]);
    const shape = [3, 1, 1];
    const pictures = await storeDataset(store, {
      inputShape: shape,
      train: noisyRows(9, 3, 1),
      test: noisyRows(2, 3, 1),
    });
    const cnn = await storeModel(store, { inputShape: shape, hidden: [{ type: 'flatten' }] });
    await expect(run(given, { dataset: pictures, model: cnn })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });
});
