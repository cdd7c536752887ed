import { explainStep } from '../../src/activities/explain.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { Explanations, LayerSpec, ModelManifest } from '../../src/ml/model.ts';
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
const mlp: LayerSpec[] = [{ type: 'dense', units: 8, activation: 'tanh' }];
const conv: LayerSpec = {
  type: 'conv2d',
  name: 'seen',
  filters: 4,
  kernelSize: 3,
  strides: 1,
  padding: 'same',
  activation: 'relu',
};
const cnn: LayerSpec[] = [
  conv,
  { type: 'maxPooling2d', poolSize: 2 },
  { ...conv, name: 'last' },
  { type: 'flatten' },
];

async function problem(inputShape: readonly number[], hidden: readonly LayerSpec[]) {
  const context = testContext();
  const values = inputShape.reduce((product, size) => product * size, 1);
  const dataset = await storeDataset(context.store, {
    inputShape,
    train: noisyRows(40, values, 1),
    test: noisyRows(6, values, 2),
  });
  const model = await storeModel(context.store, { inputShape, hidden });
  return { context, input: { ...COMMON, dataset, model } };
}

type Given = Awaited<ReturnType<typeof problem>>;
type Input = Parameters<typeof explainStep.run>[0];

async function run({ context, input }: Given, changes: Partial<Input>) {
  const given = { ...input, method: 'auto' as const, ...changes };
  const outputs = await leavingNoTensors(() => explainStep.run(given, context));
  return { outputs, found: await context.store.getJson<Explanations>(outputs.explanations) };
}

const refused = async (given: Given, changes: Partial<Input>, code: string) =>
  expect(run(given, changes)).rejects.toMatchObject({ code });

describe('explain by gradients', () => {
  it('finds the slopes of the score, where the probability is 1 too', async () => {
    const given = await problem([3], []);
    const w = [1, -2, 0];
    // The score of "no" is always 0.
    const model = await storeModel(given.context.store, {
      inputShape: [3],
      weights: logisticWeights(w, 100),
    });
    for (const method of ['saliency', 'smoothgrad'] as const) {
      const { found, outputs } = await run(given, { model, method, signs: 'signed' });
      expect(outputs).toMatchObject({ method, largestError: null, reliable: true });
      for (const row of found.rows) {
        expect(row).toMatchObject({ classIndex: 1, baseOutput: null, error: null });
        expect(row.output).toBeCloseTo(1, 6);
        row.attributions.forEach((value, i) => expect(value).toBeCloseTo(w[i]!, 5));
      }
      const size = await run(given, { model, method });
      expect(size.found.settings).toMatchObject({ signs: 'absolute' });
      size.found.rows[0]!.attributions.forEach((value, i) =>
        expect(value).toBeCloseTo(Math.abs(w[i]!), 5),
      );
    }
  });

  it('says what the draws of expected gradients cost', async () => {
    const given = await problem([4], mlp);
    const { outputs, found } = await run(given, { method: 'expected-gradients', samples: 100 });
    expect(found.settings).toMatchObject({ samples: 100, background: 20, seed: 4 });
    expect(outputs.largestError).toBeGreaterThan(0);
    expect(outputs.largestSamplingError).toBeGreaterThan(0);
    const more = await run(given, { method: 'expected-gradients', samples: 10000 });
    expect(more.outputs.largestSamplingError!).toBeLessThan(outputs.largestSamplingError! / 7);
    const again = await run(given, { method: 'expected-gradients', samples: 100 });
    expect(again.outputs).toEqual(outputs);
  });

  it('looks at the last convolution, or at the layer that is named', async () => {
    const given = await problem([6, 5, 2], cnn);
    const last = await run(given, { method: 'grad-cam' });
    expect(last.found.settings).toEqual({ layer: 'last', signs: 'positive' });
    const seen = await run(given, { method: 'grad-cam', layer: 'seen', signs: 'signed' });
    expect(seen.found.rows[0]!.attributions).not.toEqual(last.found.rows[0]!.attributions);
    for (const { attributions, error } of [...last.found.rows, ...seen.found.rows]) {
      expect(error).toBeNull();
      expect(attributions).toHaveLength(60);
      // The two channels of a pixel share its heat.
      const largest = Math.max(...attributions.map(Math.abs));
      expect([0, 0.5].some((value) => Math.abs(largest - value) < 1e-9)).toBe(true);
    }
    await refused(given, { method: 'grad-cam', layer: 'sean' }, 'SPEC_INVALID');
    await refused(given, { method: 'grad-cam', layer: 'flatten_1' }, 'SPEC_INVALID');
    const plain = await problem([6, 5, 2], [{ type: 'flatten' }]);
    await refused(plain, { method: 'grad-cam' }, 'MODEL_UNSUPPORTED');
    await refused(await problem([4], mlp), { method: 'grad-cam' }, 'SPEC_INVALID');
  });

  it('covers windows of a picture and values of a table', async () => {
    const picture = await problem([6, 5, 2], cnn);
    const { found } = await run(picture, { method: 'occlusion', window: 2, stride: 1, fill: 0.5 });
    expect(found.settings).toMatchObject({ window: 2, stride: 1, fill: 0.5 });
    expect(found.rows[0]!.evaluations).toBe(1 + 5 * 4);
    const table = await run(await problem([4], mlp), { method: 'occlusion' });
    expect(table.found.rows[0]).toMatchObject({ evaluations: 5, error: null });
    expect(table.outputs.topFeatures).toHaveLength(4);
  });

  it('refuses gradients by the words of a text, and masks them', async () => {
    const layers: LayerSpec[] = [
      { type: 'embedding', vocabulary: 9, units: 4, maskZero: true },
      { type: 'gru', units: 3, returnSequences: false, reverse: false },
    ];
    const given = await problem([3], layers);
    const { store } = given.context;
    const x = [
      [5, 6, 0],
      [7, 8, 4],
    ];
    const plain = await storeDataset(store, {
      inputShape: [3],
      train: { x, y: [0, 1] },
      test: { x, y: [0, 1] },
    });
    const inputs = [{ name: 'text', shape: [3], offset: 0, vocabulary: 9 }];
    const manifest = { ...(await store.getJson<object>(plain)), inputs };
    const dataset = await store.putJson(manifest, MEDIA_TYPE.dataset);
    for (const method of ['saliency', 'smoothgrad', 'expected-gradients', 'grad-cam'] as const) {
      await refused(given, { dataset, method }, 'SPEC_INVALID');
    }
    const { found, outputs } = await run(given, { dataset, method: 'occlusion' });
    // The third words of two texts have nothing in common.
    expect(outputs.topFeatures).toEqual([]);
    const words = found.rows.map(({ passages }) => passages!.map(({ value }) => value));
    expect(words).toEqual(
      found.rows.map(({ attributions }, row) => attributions.slice(0, 2 + row)),
    );
    expect(found.rows.map(({ evaluations }) => evaluations)).toEqual([3, 4]);
    expect(found.rows[0]!.attributions[2]).toBe(0);
    expect(found.rows[0]!.attributions[0]).not.toBe(0);
  });

  it('explains the mean probability of a vote, and says so; grad-cam needs one network', async () => {
    const given = await problem([6, 5, 2], cnn);
    const { store } = given.context;
    const other = await storeModel(store, { inputShape: [6, 5, 2], hidden: cnn, seed: 2 });
    const members = [given.input.model, other];
    const { input } = await store.getJson<ModelManifest>(other);
    const model = await store.putJson(
      { version: 1, type: 'fusion', input, method: 'vote', weights: [0.5, 0.5], members },
      MEDIA_TYPE.model,
    );
    for (const method of ['saliency', 'smoothgrad', 'expected-gradients'] as const) {
      given.context.lines.length = 0;
      const { found } = await run(given, { model, method, samples: 4, limit: 1 });
      expect(found.rows[0]!.attributions.some((value) => value !== 0)).toBe(true);
      expect(given.context.lines).toContainEqual({
        level: 'warn',
        message: `a vote has no gradient: ${method} explains the mean probability of its members`,
      });
    }
    await refused(given, { model, method: 'grad-cam' }, 'MODEL_UNSUPPORTED');
  });

  it.each(['saliency', 'smoothgrad', 'expected-gradients', 'occlusion'] as const)(
    '%s refuses answers that are not finite',
    async (method) => {
      const given = await problem([3], []);
      const { store } = given.context;
      const dataset = await storeDataset(store, {
        inputShape: [3],
        train: noisyRows(5, 3, 1),
        test: { x: [[3e38, 3e38, 3e38]], y: [0] },
      });
      const weights = logisticWeights([3, -3, 3]);
      const model = await storeModel(store, { inputShape: [3], weights });
      await refused(given, { dataset, model, method }, 'MODEL_INVALID');
    },
  );

  it.each(['saliency', 'smoothgrad', 'expected-gradients', 'occlusion'] as const)(
    '%s takes one training row and values that never change, and refuses one class',
    async (method) => {
      const given = await problem([3], mlp);
      const { store } = given.context;
      const one = { x: [[1, 2, 3]], y: [0] };
      const dataset = await storeDataset(store, { inputShape: [3], train: one, test: one });
      const { found } = await run(given, { dataset, method, samples: 3 });
      const isSlope = method === 'saliency' || method === 'smoothgrad';
      expect(found.rows[0]!.attributions.every((value) => (value === 0) !== isSlope)).toBe(true);
      const classes = ['only'];
      const single = await storeDataset(store, { inputShape: [3], classes, train: one, test: one });
      await refused(given, { dataset: single, method }, 'DATA_INVALID');
    },
  );

  it('refuses a background without rows', async () => {
    const given = await problem([3], mlp);
    const dataset = await storeDataset(given.context.store, {
      inputShape: [3],
      test: noisyRows(2, 3, 1),
    });
    await refused(given, { dataset, method: 'expected-gradients' }, 'DATA_INVALID');
    expect((await run(given, { dataset, method: 'saliency' })).outputs.rows).toBe(2);
  });
});
