import { explainStep } from '../../src/activities/explain.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type {
  Explanations,
  GlobalExplanations,
  LayerSpec,
  ModelManifest,
  RowSelection,
} from '../../src/ml/model.ts';
import { NO_QUALITY, USUAL_QUALITY } from './explain-quality.ts';
import {
  leavingNoTensors,
  logisticWeights,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const COMMON = {
  part: 'test' as const,
  limit: 3,
  background: 20,
  steps: 50,
  seed: 4,
  quality: USUAL_QUALITY,
};
const mlp: LayerSpec[] = [{ type: 'dense', units: 8, activation: 'tanh' }];
const cnn: LayerSpec[] = [
  { type: 'conv2d', filters: 4, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu' },
  { type: 'flatten' },
  { type: 'dense', units: 12, activation: 'relu' },
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

async function run(
  { context, input }: Awaited<ReturnType<typeof problem>>,
  changes: Partial<Parameters<typeof explainStep.run>[0]> = {},
) {
  const outputs = await leavingNoTensors(() =>
    explainStep.run({ ...input, method: 'auto', ...changes }, context),
  );
  return { outputs, found: await context.store.getJson<Explanations>(outputs.explanations) };
}

describe('explain', () => {
  it.each([
    ['exact-shap', [4], mlp],
    ['kernel-shap', [12], mlp],
    ['integrated-gradients', [5, 5, 1], cnn],
    ['integrated-gradients', [1001], mlp],
  ] as const)('chooses %s, and its attributions add up', async (method, inputShape, hidden) => {
    const { outputs, found } = await run(await problem(inputShape, hidden));
    expect(outputs).toMatchObject({ method, rows: 3, reliable: true });
    expect(outputs.largestError).toBeLessThanOrEqual(
      method === 'integrated-gradients' ? 1e-3 : 1e-6,
    );
    expect(found.method).toBe(method);
    for (const row of found.rows) {
      const sum = row.attributions.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum - (row.output - row.baseOutput!))).toBeCloseTo(row.error!, 12);
      expect(row.output).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(row.output - row.baseOutput!)).toBeGreaterThan(1e-4);
    }
    expect(found.rows.map(({ row, sourceRow }) => [row, sourceRow])).toEqual([
      [0, 140],
      [1, 141],
      [2, 142],
    ]);
  });

  it('explains text by kernel SHAP, whose rows are made of words', async () => {
    const layers: LayerSpec[] = [
      { type: 'embedding', vocabulary: 5, units: 4, maskZero: true },
      { type: 'gru', units: 3, returnSequences: false, reverse: false },
    ];
    const given = await problem([6], layers);
    const rows = (count: number, shift: number) => ({
      x: Array.from({ length: count }, (_, row) =>
        Array.from({ length: 6 }, (_, word) => (word > 3 ? 0 : (row * 7 + word * 3 + shift) % 5)),
      ),
      y: Array.from({ length: count }, (_, row) => row % 2),
    });
    const { store } = given.context;
    const plain = await storeDataset(store, {
      inputShape: [6],
      train: rows(30, 0),
      test: rows(4, 1),
    });
    const inputs = [{ name: 'text', shape: [6], offset: 0, vocabulary: 5 }];
    const manifest = { ...(await store.getJson<object>(plain)), inputs };
    const dataset = await store.putJson(manifest, MEDIA_TYPE.dataset);
    const { outputs } = await run(given, { dataset });
    expect(outputs).toMatchObject({ method: 'kernel-shap', reliable: true });
    const passages = await run(given, {
      dataset,
      method: 'passage-shap',
      passageTokens: 2,
      quality: NO_QUALITY,
    });
    expect(passages.outputs).toMatchObject({ topFeatures: [], reliable: true });
    const { found } = passages;
    expect(found).toMatchObject({ method: 'passage-shap', settings: { passageTokens: 2 } });
    for (const row of found.rows) {
      expect(row.passages).toHaveLength(2);
      const sum = row.passages!.reduce((total, { value }) => total + value, 0);
      expect(sum).toBeCloseTo(row.output - row.baseOutput!, 9);
    }
    const noText = run(given, { method: 'passage-shap' });
    await expect(noText).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    const refused = run(given, { dataset, method: 'integrated-gradients' });
    await expect(refused).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });

  it('agrees between exact and kernel SHAP on a real network', async () => {
    const given = await problem([8], mlp);
    const exact = await run(given, { method: 'exact-shap' });
    const kernel = await run(given, { method: 'kernel-shap' });
    exact.found.rows.forEach((row, index) =>
      row.attributions.forEach((value, at) =>
        expect(Math.abs(value - kernel.found.rows[index]!.attributions[at]!)).toBeLessThan(1e-5),
      ),
    );
  });

  it('gives integrated gradients their closed form where the logit is linear', async () => {
    const given = await problem([3], []);
    const w = [1, -0.5, 0.25];
    const model = await storeModel(given.context.store, {
      inputShape: [3],
      weights: logisticWeights(w),
    });
    const { found } = await run(given, { model, method: 'integrated-gradients' });
    const test = noisyRows(6, 3, 2);
    for (const row of found.rows) {
      const x = test.x[row.row]!;
      const logit = w.reduce((sum, weight, i) => sum + weight * x[i]!, 0);
      const yes = 1 / (1 + Math.exp(-logit));
      const sign = row.classIndex === 1 ? 1 : -1;
      row.attributions.forEach((value, i) => {
        const expected = (sign * (yes - 0.5) * (w[i]! * x[i]!)) / logit;
        expect(Math.abs(value - expected)).toBeLessThan(1e-5);
      });
    }
  });

  it('explains the mean probability of a vote by gradients, and says so', async () => {
    const given = await problem([3], mlp);
    const { store } = given.context;
    const other = await storeModel(store, { inputShape: [3], hidden: mlp, seed: 2 });
    const members = [given.input.model, other];
    const { input } = await store.getJson<ModelManifest>(other);
    const model = await store.putJson(
      { version: 1, type: 'fusion', input, method: 'vote', weights: [0.5, 0.5], members },
      MEDIA_TYPE.model,
    );
    const { outputs } = await run(given, { model, method: 'integrated-gradients' });
    expect(outputs.reliable).toBe(true);
    expect(given.context.lines).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('a vote has no gradient') as string,
    });
  });

  it('explains the rows of a selection, in its order and part', async () => {
    const given = await problem([4], mlp);
    const selection: RowSelection = {
      part: 'train',
      rows: [7, 2, 5, 9].map((row) => ({ row, sourceRow: 100 + row, reason: 'test' })),
    };
    const rows = await given.context.store.putJson(selection, MEDIA_TYPE.rows);
    const { found } = await run(given, { rows });
    expect(found.part).toBe('train');
    expect(found.rows.map(({ row }) => row)).toEqual([7, 2, 5]);
  });

  it('does not call an explanation from too few coalitions reliable', async () => {
    const given = await problem([16], [{ type: 'dense', units: 24, activation: 'relu' }]);
    const few = await run(given, { samples: 60 });
    expect(few.outputs.largestError).toBeLessThan(1e-6);
    expect(few.outputs.largestSamplingError).toBe(
      Math.max(...few.found.rows.map(({ samplingError }) => samplingError!)),
    );
    expect(few.outputs.reliable).toBe(false);
    expect((await run(given)).outputs.reliable).toBe(true);
  });

  it('refuses a model whose answers are not finite', async () => {
    const { context, input } = await problem([3], []);
    const dataset = await storeDataset(context.store, {
      inputShape: [3],
      train: noisyRows(5, 3, 1),
      test: { x: [[3e38, 3e38, 3e38]], y: [0] },
    });
    const model = await storeModel(context.store, {
      inputShape: [3],
      weights: logisticWeights([3, -3, 3]),
    });
    await expect(
      explainStep.run({ ...input, dataset, model, method: 'exact-shap' }, context),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('explains nothing for an empty selection', async () => {
    const given = await problem([4], mlp);
    const rows = await given.context.store.putJson({ part: 'test', rows: [] }, MEDIA_TYPE.rows);
    const { outputs, found } = await run(given, { rows });
    expect(found.rows).toEqual([]);
    expect(outputs).toMatchObject({ rows: 0, largestError: null, reliable: true, topFeatures: [] });
  });

  it('refuses a selection of another data set', async () => {
    const given = await problem([4], mlp);
    const selection = { part: 'test', rows: [{ row: 0, sourceRow: 5, reason: '' }] };
    const rows = await given.context.store.putJson(selection, MEDIA_TYPE.rows);
    await expect(
      explainStep.run({ ...given.input, method: 'auto', rows }, given.context),
    ).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('refuses exact SHAP with 16 features', async () => {
    const { context, input } = await problem([16], mlp);
    await expect(
      explainStep.run({ ...input, method: 'exact-shap' }, context),
    ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });

  it('repeats with its seed', async () => {
    const given = await problem([13], mlp);
    const once = await run(given, { samples: 400 });
    expect((await run(given, { samples: 400 })).outputs).toEqual(once.outputs);
    expect((await run(given, { samples: 400, seed: 5 })).outputs.explanations).not.toEqual(
      once.outputs.explanations,
    );
  });

  it('names the feature that matters first', async () => {
    const given = await problem([4], mlp);
    const model = await storeModel(given.context.store, {
      inputShape: [4],
      weights: logisticWeights([0, 0.1, 3, 0]),
    });
    const { outputs } = await run(given, { model });
    expect(outputs.topFeatures.map(({ feature }) => feature).slice(0, 2)).toEqual(['f2', 'f1']);
  });

  it('measures the quality of every explanation, and stores which are doubtful', async () => {
    const given = await problem([4], []);
    const model = await storeModel(given.context.store, {
      inputShape: [4],
      weights: logisticWeights([3, -2, 1, 0.5]),
    });
    // All 40 rows stand for absent features under every seed, so that nothing is drawn.
    const exact = { model, method: 'exact-shap' as const, background: 40 };
    const { outputs, found } = await run(given, exact);
    expect(outputs.quality).toMatchObject({ doubtfulRows: 0, topJaccard: 1 });
    expect(outputs.quality.rankCorrelation).toBeCloseTo(1, 9);
    expect(outputs.quality.faithfulness).toBeGreaterThan(0);
    for (const { quality, doubts } of found.rows) {
      expect(quality).toMatchObject({ seeds: 2 });
      expect(quality!.insertion!).toBeGreaterThan(quality!.deletion!);
      expect(doubts).toEqual([]);
    }
    const strict = { ...USUAL_QUALITY, minFaithfulness: 1 };
    const doubted = await run(given, { ...exact, quality: strict });
    expect(doubted.outputs).toMatchObject({ reliable: false, quality: { doubtfulRows: 3 } });
    const doubtful = await given.context.store.getJson<RowSelection>(doubted.outputs.doubtful);
    expect(doubtful.part).toBe('test');
    expect(doubtful.rows.map(({ sourceRow }) => sourceRow)).toEqual([140, 141, 142]);
    expect(doubtful.rows[0]!.reason).toMatch(
      /^unstable explanation: insertion minus deletion .* < 1$/,
    );
  });

  it('doubts explanations that stay the same when all that was learned is taken away', async () => {
    const given = await problem([30], mlp);
    const { store } = given.context;
    // Weights of the seed that the untrained model is drawn by: nothing was learned.
    const model = await storeModel(store, { inputShape: [30], hidden: mlp, seed: COMMON.seed });
    const same = await run(given, { model, method: 'integrated-gradients' });
    expect(same.outputs.quality.untrainedCorrelation).toBeCloseTo(1, 9);
    expect(same.outputs.reliable).toBe(false);
    expect(same.found.rows[0]!.doubts).toEqual([
      'rank correlation with the untrained model 1 > 0.8',
    ]);
    const other = await run(given, { method: 'integrated-gradients' });
    expect(Math.abs(other.outputs.quality.untrainedCorrelation!)).toBeLessThan(0.6);
    expect(other.outputs.reliable).toBe(true);
  });

  it('explains the model as a whole', async () => {
    const given = await problem([4], []);
    const { store } = given.context;
    const model = await storeModel(store, {
      inputShape: [4],
      weights: logisticWeights([4, 0, 0, -1]),
    });
    const settings = {
      permutationImportance: { repeats: 3, rows: 100 },
      partialDependence: { grid: 100, percentiles: [0, 1], rows: 50, individual: 2 },
      prototypes: { count: 2, criticisms: 1, rows: 100 },
      surrogateTree: { maxDepth: 3, minLeafRows: 2, rows: 100 },
    };
    const part = 'train' as const;
    const whole = { model, limit: 0, part, global: settings };
    const { outputs, found } = await run(given, whole);
    expect(found.rows).toEqual([]);
    const global = await store.getJson<GlobalExplanations>(outputs.global!);
    const { permutationImportance, partialDependence, prototypes, surrogateTree } = global;
    expect(permutationImportance!.features[0]!.feature).toBe('f0');
    const unused = permutationImportance!.features.filter(({ feature }) => /f[12]/.test(feature));
    expect(unused.map(({ mean }) => mean)).toEqual([0, 0]);
    expect(outputs.importance![0]).toMatchObject({ feature: 'f0' });
    const curve = partialDependence!.features.find(({ feature }) => feature === 'f0')!;
    const yes = curve.average[1]!;
    expect(yes.every((value, at) => at === 0 || value > yes[at - 1]!)).toBe(true);
    expect(curve.individual).toHaveLength(2);
    const flat = partialDependence!.features.find(({ feature }) => feature === 'f1')!.average[1]!;
    expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(1e-6);
    expect(prototypes!.prototypes).toHaveLength(2);
    expect(prototypes!.prototypes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(surrogateTree!.rules[0]!.conditions[0]).toMatch(/^f0 ≤ /);
    expect(outputs.surrogate!.fidelity).toBeGreaterThan(outputs.surrogate!.majority);
    const again = await run(given, whole);
    expect(again.outputs.global).toEqual(outputs.global);
  });

  it('refuses what cannot be said of the data', async () => {
    const given = await problem([4], []);
    const unknown = run(given, {
      global: {
        partialDependence: {
          features: ['g'],
          grid: 5,
          percentiles: [0, 1],
          rows: 5,
          individual: 0,
        },
      },
    });
    await expect(unknown).rejects.toMatchObject({
      code: 'DATA_INVALID',
      remedy: 'there are f0, f1, f2, f3',
    });
  });
});
