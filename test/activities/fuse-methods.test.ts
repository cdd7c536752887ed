import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { fuseStep } from '../../src/activities/fuse.ts';
import type { FuseStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import { decodeFloat32 } from '../../src/data/tensor-bytes.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { LayerSpec, ModelManifest } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import {
  leavingNoTensors, logisticWeights, noisyRows, type Rows, storeDataset, storeModel, testContext,
} from './small-problem.ts'; // prettier-ignore

const inputShape = [2];
const dense: LayerSpec = { type: 'dense', units: 4, activation: 'tanh' };
let folder: string;
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-fuse-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function problem(parts: Partial<Record<'train' | 'validation' | 'test', Rows>> = {}) {
  runs += 1;
  const context = { ...testContext(), scratch: path.join(folder, String(runs)) };
  const { store } = context;
  const given = { train: noisyRows(60, 2, 1), validation: noisyRows(80, 2, 2), ...parts };
  const dataset = await storeDataset(store, { inputShape, ...given });
  const model = (w: readonly number[], b?: number) =>
    storeModel(store, { inputShape, weights: logisticWeights(w, b) });
  const fuse = (given: Partial<FuseStep['with']>) =>
    fuseStep.run(decodeWith('fuse', { dataset, ...given }), context);
  return { context, store, dataset, model, fuse };
}

/** `predict` and the differentiable answer must be one. */
async function answersOf(
  store: Parameters<typeof loadClassifier>[0],
  model: ArtifactRef,
  rows: Rows,
) {
  const { classifier, manifest } = await loadClassifier(store, model);
  const x = Float32Array.from(rows.x.flat());
  const plain = await classifier.predict(x, rows.y.length);
  const traced = tf.tidy(() =>
    classifier
      .probabilities(tf.tensor(x, [rows.y.length, 2]))
      .dataSync<'float32'>()
      .slice(),
  );
  classifier.dispose();
  plain.forEach((value, at) => expect(traced[at]).toBeCloseTo(value, 5));
  return { plain, manifest };
}

const right = (values: Float32Array, { y }: Rows) =>
  y.filter((label, row) => Number(values[2 * row + 1]! > values[2 * row]!) === label).length;

describe('a cascade', () => {
  it('answers surely with the first, hands on the rest, and says what that saves', async () => {
    const test = noisyRows(50, 2, 9, 0);
    const { store, model, fuse } = await problem({ validation: noisyRows(80, 2, 2, 0), test });
    const cheap = await model([3, 1]);
    const dear = await storeModel(store, {
      inputShape, hidden: [{ type: 'dense', units: 2, activation: 'linear' }],
      weights: [9, 0, 0, 1, 0, 0, ...logisticWeights([1, 0])],
    }); // prettier-ignore
    const outputs = await leavingNoTensors(() =>
      fuse({ members: [cheap, dear], method: 'cascade' }),
    );
    const { thresholds, shares, operations, lastOperations, saved } = outputs.cascade!;
    expect(outputs.fused.accuracy).toBe(1);
    expect(shares[0]).toBeGreaterThan(0.5);
    expect(shares[0]! + shares[1]!).toBeCloseTo(1, 12);
    // A dense layer of 2 by 2 makes 8 operations; the dear one has two of them.
    expect(lastOperations).toBe(16);
    expect(operations).toBeCloseTo(8 + 16 * shares[1]!, 9);
    expect(saved).toBeCloseTo(1 - operations / 16, 9);
    const { plain } = await answersOf(store, outputs.model, test);
    const [first, last] = [await answersOf(store, cheap, test), await answersOf(store, dear, test)];
    test.y.forEach((_, row) => {
      const own = first.plain.subarray(2 * row, 2 * row + 2);
      const expected =
        Math.max(...own) >= thresholds[0]! ? own : last.plain.subarray(2 * row, 2 * row + 2);
      expect(plain.subarray(2 * row, 2 * row + 2)).toEqual(expected);
    });
  });

  it('takes a fusion as a member, and is taken by one', async () => {
    const { model, store, fuse } = await problem();
    const members = [await model([2, 0]), await model([1, 1])];
    const { model: mean } = await fuse({ members, method: 'average' });
    const { model: cascade } = await fuse({ members: [members[1]!, mean], method: 'cascade' });
    const { model: outer } = await fuse({ members: [cascade, mean], method: 'vote' });
    const { plain } = await answersOf(store, cascade, noisyRows(9, 2, 4));
    expect(plain[0]! + plain[1]!).toBeCloseTo(1, 6);
    const { classifier } = await loadClassifier(store, outer);
    expect((await classifier.predict(new Float32Array(4), 2)).length).toBe(4);
    classifier.dispose();
  });

  it('refuses thresholds for other members', async () => {
    const { model, fuse } = await problem();
    const members = [await model([2, 0]), await model([1, 1])];
    await expect(
      fuse({ members, method: 'cascade', thresholds: [0.5, 0.5] }),
    ).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});

describe('stacking', () => {
  const training = { epochs: 20, batchSize: 8, learningRate: 0.05 };

  it('learns whom to believe, and gives the same model again', async () => {
    const test = noisyRows(200, 2, 9, 0);
    const { store, fuse } = await problem({ test });
    const members = [
      await storeModel(store, { inputShape, hidden: [dense], seed: 3 }),
      await storeModel(store, { inputShape, hidden: [dense], seed: 4 }),
    ];
    const input = { members, method: 'stacking' as const, folds: 3, training };
    const outputs = await leavingNoTensors(() => fuse(input));
    expect((await fuse(input)).model).toEqual(outputs.model);
    const { plain, manifest } = await answersOf(store, outputs.model, test);
    expect(plain.length).toBe(400);
    expect(manifest).toMatchObject({ method: 'stacking', members });
  });

  it('does not believe a member that only knows by heart', async () => {
    // Labels are drawn: what was seen can be learned by heart, and what was not can only be guessed.
    const drawn = noisyRows(60, 2, 7, 0.5);
    const { store, fuse } = await problem({ train: drawn });
    const big: LayerSpec = { type: 'dense', units: 64, activation: 'relu' };
    const members = [1, 2].map((seed) => storeModel(store, { inputShape, hidden: [big], seed }));
    const heart = { epochs: 60, batchSize: 8, learningRate: 0.1 };
    const { model } = await fuse({
      members: await Promise.all(members), method: 'stacking', folds: 3, training: heart,
    }); // prettier-ignore
    const { meta } = await store.getJson<{ meta: { weights: number[][] } }>(model);
    const own = meta.weights.map(
      (line, k) => line[k]! + line[2 + k]! - line[1 - k]! - line[3 - k]!,
    );
    // The geometric mean would have 1; a model that had seen the rows would be believed more yet.
    own.forEach((trust) => expect(trust).toBeLessThan(0.5));
  }, 60_000);

  it('needs training', async () => {
    const { model, fuse } = await problem();
    const members = [await model([2, 0]), await model([1, 1])];
    await expect(fuse({ members, method: 'stacking' })).rejects.toMatchObject({
      code: 'SPEC_MISSING_KEY',
    });
  });

  it('makes fusions among the members anew on each fold, whatever their method', async () => {
    const { store, model, fuse } = await problem();
    const members = [await model([2, 0]), await model([1, 1])];
    const once = { epochs: 1, batchSize: 8, learningRate: 0.05 };
    const { model: mean } = await fuse({ members, method: 'average' });
    const { model: cascade } = await fuse({ members, method: 'cascade', thresholds: [0.8] });
    const { model: stacked } = await fuse({
      members,
      method: 'stacking',
      folds: 2,
      training: once,
    });
    const all = [mean, cascade, stacked];
    const outer = await leavingNoTensors(() =>
      fuse({ members: all, method: 'stacking', folds: 2, training: once }),
    );
    const { manifest } = await answersOf(store, outer.model, noisyRows(9, 2, 4));
    expect(manifest).toMatchObject({ method: 'stacking', members: all });
  });
});

describe('joining features', () => {
  it('trains a head on what the members see, and leaves the members as they are', async () => {
    const { store, fuse } = await problem({ train: noisyRows(80, 2, 1, 0) });
    const members = [
      await storeModel(store, { inputShape, hidden: [dense], seed: 3 }),
      await storeModel(store, { inputShape, hidden: [dense, { ...dense, units: 3 }], seed: 4 }),
    ];
    const training = { epochs: 30, batchSize: 16, learningRate: 0.05 };
    const outputs = await leavingNoTensors(() =>
      fuse({ members, method: 'features', training, head: { hidden: [4], dropout: 0 } }),
    );
    const manifest = await store.getJson<ModelManifest>(outputs.model);
    if (manifest.type !== 'network') throw new Error('it is no network');
    expect(manifest.trainedOn?.joined).toEqual(members);
    const weightsOf = async (ref: ArtifactRef) => decodeFloat32(await store.get(ref));
    const all = await weightsOf(manifest.weights);
    let at = 0;
    for (const [index, size] of [12, 12 + 15].entries()) {
      const member = await store.getJson<ModelManifest>(members[index]!);
      if (member.type !== 'network') throw new Error('it is no network');
      const own = await weightsOf(member.weights);
      expect(all.subarray(at, at + size)).toEqual(own.subarray(0, size));
      at += size;
    }
    const best = Math.max(...outputs.members.map(({ accuracy }) => accuracy));
    expect(outputs.fused.accuracy).toBeGreaterThan(best);
    const test = noisyRows(9, 2, 4);
    expect(right((await answersOf(store, outputs.model, test)).plain, test)).toBeGreaterThan(5);
  });
});

describe('averaging weights', () => {
  it('is the mean of each weight, in one network', async () => {
    const { store, model, fuse } = await problem();
    const members = [await model([2, 0], 1), await model([0, 4], 3)];
    const { model: mean, weights } = await fuse({
      members,
      method: 'weight-average',
      weights: [3, 1],
    });
    expect(weights).toEqual([0.75, 0.25]);
    const manifest = await store.getJson<ModelManifest>(mean);
    if (manifest.type !== 'network') throw new Error('it is no network');
    expect([...decodeFloat32(await store.get(manifest.weights))]).toEqual(
      logisticWeights([1.5, 1], 1.5),
    );
  });

  it('refuses networks of two architectures', async () => {
    const { store, model, fuse } = await problem();
    const members = [await model([2, 0]), await storeModel(store, { inputShape, hidden: [dense] })];
    await expect(fuse({ members, method: 'weight-average' })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH', message: expect.stringContaining('member 2'),
    }); // prettier-ignore
  });
});

describe('the test of a fusion', () => {
  it('is on the test part, and says that it beats its best member where it does', async () => {
    const clean = noisyRows(200, 2, 5, 0);
    const { model, fuse } = await problem({ validation: noisyRows(80, 2, 2, 0), test: clean });
    const members = [await model([3, 0], 3), await model([3, 0], -3)];
    const { beatsBest, message, test } = await fuse({ members, method: 'average' });
    expect(beatsBest).toBe(true);
    expect(test).toMatchObject({ part: 'test', rows: 200 });
    expect(test.pValue).toBeLessThan(1e-6);
    expect(message).toContain('beats member');
  });

  it('does not take luck for it', async () => {
    const { model, fuse } = await problem();
    const members = [await model([3, 0]), await model([3, 0.1])];
    const { beatsBest, message, test } = await fuse({ members, method: 'average' });
    expect(beatsBest).toBe(false);
    expect(test.part).toBe('validation');
    expect(message).toContain('is not shown to beat');
  });
});

describe('a stored fusion', () => {
  it.each([
    ['a cascade without thresholds', { method: 'cascade' }],
    ['a cascade with one too many', { method: 'cascade', thresholds: [0.5, 0.5] }],
    ['a threshold below 0', { method: 'cascade', thresholds: [-1] }],
    ['stacking without its model', { method: 'stacking' }],
    ['stacking with a short row', { method: 'stacking', meta: { weights: [[1, 2, 3, 4], [1]], bias: [0, 0] } }],
    ['stacking with a bias that is no number', { method: 'stacking', meta: { weights: [[1, 2, 3, 4], [1, 2, 3, 4]], bias: [0, null] } }],
    ['a chain of a layer without a name', { method: 'chain', layer: '' }],
    ['a chain whose second does not read what is passed', { method: 'chain' }],
    ['an unknown method', { method: 'sum' }],
  ])('is not loaded with %s', async (_, rule) => {
    const { store, model } = await problem();
    const members = [await model([1, 0]), await model([0, 1])];
    const { input } = await store.getJson<ModelManifest>(members[0]!);
    const ref = await store.putJson({ version: 1, type: 'fusion', input, members, ...rule }, MEDIA_TYPE.model);
    await leavingNoTensors(async () => {
      await expect(loadClassifier(store, ref)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    });
  }); // prettier-ignore
});
