import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { fuseStep } from '../../src/activities/fuse.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { FuseStep } from '../../src/activities/step-types.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import { trainingDataOf } from '../../src/activities/training-data.ts';
import { decodeFloat32 } from '../../src/data/tensor-bytes.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { LayerSpec, ModelManifest } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import {
  leavingNoTensors, logisticWeights, noisyRows, storeDataset, storeModel, testContext,
} from './small-problem.ts'; // prettier-ignore

const inputShape = [2];
const tanh: LayerSpec = { type: 'dense', units: 4, activation: 'tanh', name: 'seen' };
const training = { epochs: 15, batchSize: 8, learningRate: 0.05 };
let folder: string;
let runs = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-chain-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function problem(values = 2, wrong = 0.1) {
  const inputShape = [values];
  runs += 1;
  const context = { ...testContext(), scratch: path.join(folder, String(runs)) };
  const { store } = context;
  const rows = (count: number, seed: number) => noisyRows(count, values, seed, wrong);
  const parts = { train: rows(60, 7), validation: rows(80, 2), test: rows(40, 3) };
  const dataset = await storeDataset(store, { inputShape, ...parts });
  const fuse = (given: Partial<FuseStep['with']>) =>
    fuseStep.run(decodeWith('fuse', { dataset, ...given }), context);
  const net = (seed: number, hidden: readonly LayerSpec[] = [tanh]) =>
    storeModel(store, { inputShape, hidden, seed });
  return { context, store, dataset, fuse, net };
}

type Store = Parameters<typeof loadClassifier>[0];

async function chainOf(store: Store, model: ArtifactRef) {
  const manifest = await store.getJson<ModelManifest>(model);
  if (manifest.type !== 'fusion' || manifest.method !== 'chain') throw new Error('it is no chain');
  const [first, second] = manifest.members as [ArtifactRef, ArtifactRef];
  return { manifest, first, second };
}

async function networkOf(store: Store, ref: ArtifactRef) {
  const manifest = await store.getJson<ModelManifest>(ref);
  if (manifest.type !== 'network') throw new Error('it is no network');
  return { ...manifest, values: decodeFloat32(await store.get(manifest.weights)) };
}

async function answers(store: Store, ref: ArtifactRef, x: Float32Array, width: number) {
  const { classifier } = await loadClassifier(store, ref);
  const rows = x.length / width;
  const plain = await classifier.predict(x, rows);
  const traced = tf.tidy(() =>
    classifier
      .probabilities(tf.tensor(x, [rows, width]))
      .dataSync<'float32'>()
      .slice(),
  );
  classifier.dispose();
  plain.forEach((value, at) => expect(traced[at]).toBeCloseTo(value, 5));
  return plain;
}

describe('a chain', () => {
  it('asks the second of the row and what the first says of it', async () => {
    const { context, store, dataset, fuse, net } = await problem();
    const members = [await net(3), await net(4, [])];
    const { model } = await leavingNoTensors(() =>
      fuse({ members, method: 'chain', folds: 3, training }),
    );
    const { first, second } = await chainOf(store, model);
    expect(first).toEqual(members[0]);
    const x = Float32Array.from(noisyRows(11, 2, 7).x.flat());
    const said = await answers(store, first, x, 2);
    const joint = Array.from({ length: 11 }, (_, row) => [
      ...x.subarray(2 * row, 2 * row + 2),
      ...said.subarray(2 * row, 2 * row + 2),
    ]).flat();
    const expected = await answers(store, second, Float32Array.from(joint), 4);
    expect([...(await answers(store, model, x, 2))]).toEqual([...expected]);
    expect(await trainingDataOf(second, store)).toEqual([dataset]);
    const given = { model, dataset, part: 'test' as const };
    expect((await predictStep.run(given, context)).rows).toBe(40);
  });

  it('gives the same model again', async () => {
    const { fuse, net } = await problem();
    const input = { members: [await net(3), await net(4)], method: 'chain' as const, folds: 2, training };
    expect((await fuse(input)).model).toEqual((await fuse(input)).model);
  }); // prettier-ignore

  it('does not believe a first that only knows by heart', async () => {
    // Labels are drawn: what was seen can be learned by heart, and what was not can only be guessed.
    const values = 20;
    const { store, fuse, net } = await problem(values, 0.5);
    const big: LayerSpec = { type: 'dense', units: 32, activation: 'tanh' };
    const heart = { epochs: 60, batchSize: 8, learningRate: 0.02 };
    const members = [await net(1, [big]), await net(2, [])];
    const { model } = await fuse({ members, method: 'chain', folds: 3, training: heart });
    const { second } = await chainOf(store, model);
    // The kernel's last two rows, by two classes, are of what was passed.
    const kernel = (await networkOf(store, second)).values.subarray(2 * values);
    const trust = kernel[0]! + kernel[3]! - kernel[1]! - kernel[2]!;
    // Of a first that had seen the rows it would be above 5.
    expect(trust).toBeLessThan(1);
  }, 60_000);

  it('passes the values of a layer, of a first that never saw the rows that the second learns', async () => {
    const { store, fuse, net } = await problem();
    const members = [await net(3), await net(4, [])];
    const { model } = await leavingNoTensors(() =>
      fuse({ members, method: 'chain', passLayer: 'seen', training }),
    );
    const { manifest, first, second } = await chainOf(store, model);
    expect(manifest).toMatchObject({ layer: 'seen' });
    expect(first).not.toEqual(members[0]);
    const { values, architecture } = await networkOf(store, first);
    expect(architecture.layers).toMatchObject([{ name: 'seen' }, { type: 'dense' }]);
    const x = Float32Array.of(0.3, -0.7);
    const seen = [0, 1, 2, 3].map((unit) =>
      Math.tanh(x[0]! * values[unit]! + x[1]! * values[4 + unit]! + values[8 + unit]!),
    );
    const expected = await answers(store, second, Float32Array.of(...x, ...seen), 6);
    (await answers(store, model, x, 2)).forEach((p, at) => expect(p).toBeCloseTo(expected[at]!, 5));
  });

  it('says so where it does not beat its best member', async () => {
    const { context, store, fuse } = await problem(2, 0.5);
    const members = [
      await storeModel(store, { inputShape, weights: logisticWeights([9, 0]) }),
      await storeModel(store, { inputShape, weights: logisticWeights([8, 0]) }),
    ];
    const { beatsBestMember } = await fuse({ members, method: 'chain', folds: 2, training });
    expect(beatsBestMember).toBe(false);
    expect(context.lines).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('does not beat its best member') as string,
    });
  });
});

describe('a hybrid', () => {
  const once = { epochs: 2, batchSize: 8, learningRate: 0.05 };

  it('is a chain behind an average, a cascade of chains, and a chain behind a chain', async () => {
    const { store, fuse, net } = await problem();
    const [one, two, three] = [await net(1), await net(2), await net(3, [])];
    const chain = { method: 'chain' as const, folds: 2, training: once };
    const { model: mean } = await fuse({ members: [one, two], method: 'average' });
    const { model: behind } = await leavingNoTensors(() => fuse({ ...chain, members: [mean, three] }));
    expect((await chainOf(store, behind)).first).toEqual(mean);
    const { model: twice } = await leavingNoTensors(() => fuse({ ...chain, members: [behind, three] }));
    const { model: halves } = await fuse({
      members: [one, three], method: 'chain', passLayer: 'seen', training: once,
    }); // prettier-ignore
    const { model: after } = await leavingNoTensors(() => fuse({ ...chain, members: [halves, three] }));
    const { model: cascade, cascade: report } = await fuse({ members: [three, after], method: 'cascade' });
    expect(report!.thresholds).toHaveLength(1);
    for (const model of [behind, twice, after]) {
      const plain = await answers(store, model, Float32Array.of(0.5, 1, -2, 0), 2);
      expect(plain[0]! + plain[1]!).toBeCloseTo(1, 5);
    }
    const { classifier } = await loadClassifier(store, cascade);
    expect(classifier.classes).toEqual(['no', 'yes']);
    classifier.dispose();
  }, 60_000); // prettier-ignore

  it.each([
    ['three members', (a: ArtifactRef) => ({ members: [a, a, a] }), 'SPEC_INVALID'],
    ['an unknown layer', (a: ArtifactRef) => ({ members: [a, a], passLayer: 'sen' }), 'SPEC_INVALID'],
    ['no training', (a: ArtifactRef) => ({ members: [a, a], training: undefined }), 'SPEC_MISSING_KEY'],
    ['a fusion as the second', (a: ArtifactRef, b: ArtifactRef) => ({ members: [a, b] }), 'MODEL_INVALID'],
    ['a layer of a fusion', (a: ArtifactRef, b: ArtifactRef) => ({ members: [b, a], passLayer: 'seen' }), 'MODEL_INVALID'],
  ])('refuses %s', async (_, given, code) => {
    const { fuse, net } = await problem();
    const one = await net(1);
    const { model: mean } = await fuse({ members: [one, await net(2)], method: 'average' });
    await expect(fuse({ method: 'chain', training: once, ...given(one, mean) })).rejects.toMatchObject({ code });
  }); // prettier-ignore
});
