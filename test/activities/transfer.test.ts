import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TransferStep } from '../../src/activities/step-types.ts';
import { transferStep } from '../../src/activities/transfer.ts';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import { decodeFloat32 } from '../../src/data/tensor-bytes.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { LayerSpec, ModelManifest, TrainingHistory } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import {
  leavingNoTensors,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';

const inputShape = [3];
const hidden: LayerSpec[] = [
  { type: 'dense', units: 4, activation: 'tanh' },
  { type: 'batchNormalization' },
  { type: 'dense', units: 2, activation: 'tanh', name: 'top' },
];
/** Values of dense_1 (16), batchNormalization_1 (16) and top (10), the base's output left out. */
const SIZES = { lower: 32, kept: 42 };

let folder: string;
let store: ReturnType<typeof testContext>['store'];
let base: ArtifactRef;
let dataset: ArtifactRef;
const classes = ['a', 'b', 'c'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-transfer-'));
  ({ store } = testContext());
  base = await storeModel(store, { inputShape, hidden, seed: 4 });
  const rows = noisyRows(64, 3, 5);
  const three = { x: rows.x, y: rows.x.map(([a, b]) => (a! > 0 ? 0 : b! > 0 ? 1 : 2)) };
  dataset = await storeDataset(store, { inputShape, classes, train: three, validation: three });
});
afterAll(() => rm(folder, { recursive: true }));

let runs = 0;
function contextOf(changes: object = {}) {
  runs += 1;
  return { ...testContext(), store, scratch: path.join(folder, `run-${runs}`), ...changes };
}
const inputOf = (changes: object = {}): TransferStep['with'] =>
  decodeWith('transfer', { base, dataset, batchSize: 16, seed: 3, epochs: 2, ...changes });
const transfer = (changes: object = {}) => transferStep.run(inputOf(changes), contextOf());
const weightsOf = async (outputs: { weights: ArtifactRef }) =>
  decodeFloat32(await store.get(outputs.weights));
async function baseWeights(): Promise<Float32Array> {
  const manifest = await store.getJson<ModelManifest>(base);
  if (manifest.type !== 'network') throw new Error('the base is no network');
  return decodeFloat32(await store.get(manifest.weights));
}

describe('transfer', () => {
  it('keeps what is frozen to the bit, moving statistics included, and trains the head', async () => {
    const outputs = await leavingNoTensors(() => transfer({ head: { hidden: [5], dropout: 0.1 } }));
    const [before, after] = [await baseWeights(), await weightsOf(outputs)];
    expect([...after.subarray(0, SIZES.kept)]).toEqual([...before.subarray(0, SIZES.kept)]);
    expect(outputs.transferred).toEqual({
      layers: ['dense_1', 'batchNormalization_1', 'top'],
      parameters: SIZES.kept,
      frozenParameters: SIZES.kept,
      headParameters: 2 * 5 + 5 + 5 * 3 + 3,
    });
    const fresh = await transfer({ head: { hidden: [5], dropout: 0.1 }, epochs: 1 });
    expect((await weightsOf(fresh)).subarray(SIZES.kept)).not.toEqual(after.subarray(SIZES.kept));
  });

  it('makes a model of the new classes that remembers its base', async () => {
    const { model } = await transfer();
    const { classifier, manifest } = await loadClassifier(store, model);
    const answer = await classifier.predict(new Float32Array(3), 1);
    classifier.dispose();
    expect(answer.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(manifest.input.classes).toEqual(classes);
    expect(manifest).toMatchObject({ trainedOn: { startedFrom: base, data: dataset } });
  });

  it('moves in a later stage what that stage unfreezes, and nothing else', async () => {
    const stages = [{ epochs: 1 }, { epochs: 2, unfreeze: ['to*'], learningRate: 0.01 }];
    const outputs = await transfer({ epochs: undefined, stages });
    const [before, after] = [await baseWeights(), await weightsOf(outputs)];
    expect(after.subarray(0, SIZES.lower)).toEqual(before.subarray(0, SIZES.lower));
    expect(after.subarray(SIZES.lower, SIZES.kept)).not.toEqual(
      before.subarray(SIZES.lower, SIZES.kept),
    );
    expect(outputs.transferred.frozenParameters).toBe(SIZES.lower);
    const { epochs } = await store.getJson<TrainingHistory>(outputs.history);
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.001, 0.01, 0.01]);
  });

  it('moves lower layers by a share of the step', async () => {
    const gd = { optimizer: { type: 'gd', learningRate: 0.5 }, batchSize: undefined, epochs: 1 };
    const whole = await weightsOf(await transfer({ ...gd, freeze: 'none' }));
    const slowed = await weightsOf(
      await transfer({ ...gd, freeze: 'none', discriminativeRates: { factor: 0.5 } }),
    );
    const before = await baseWeights();
    const step = (after: Float32Array, at: number) => after[at]! - before[at]!;
    // The kernel of dense_1 is the third with weights from the top, that of `top` the first.
    for (let at = 0; at < 12; at += 1) {
      expect(step(slowed, at)).toBeCloseTo(step(whole, at) / 8, 5);
    }
    for (let at = SIZES.lower; at < SIZES.kept; at += 1) {
      expect(step(slowed, at)).toBeCloseTo(step(whole, at) / 2, 5);
    }
    expect(Math.abs(step(whole, SIZES.lower))).toBeGreaterThan(1e-4);
    expect(slowed.subarray(SIZES.kept)).toEqual(whole.subarray(SIZES.kept));
  });

  it('ends with the same bits after being stopped in each stage', async () => {
    const stages = [{ epochs: 2 }, { epochs: 2, unfreeze: ['*'], learningRate: 0.004 }];
    const changes = { epochs: undefined, stages, checkpoint: { every: '0s' } };
    const undisturbed = await transfer(changes);
    const scratch = path.join(folder, 'stopped');
    let attempt = 1;
    // Passes of an epoch: 4. Stops in stage one, at its very end, and in stage two.
    for (const passes of [3, 5, 2, 3]) {
      const controller = new AbortController();
      let left = passes;
      const heartbeat = () => {
        left -= 1;
        if (left === 0) controller.abort();
      };
      const context = contextOf({ scratch, attempt, heartbeat, signal: controller.signal });
      await expect(transferStep.run(inputOf(changes), context)).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      attempt += 1;
    }
    const resumed = await transferStep.run(inputOf(changes), contextOf({ scratch, attempt }));
    expect(resumed.weights.sha256).toBe(undisturbed.weights.sha256);
  });

  it('keeps the base up to the layer it is cut at', async () => {
    const { transferred, model } = await transfer({ cutAt: 'dense_1' });
    expect(transferred.layers).toEqual(['dense_1']);
    const manifest = await store.getJson<ModelManifest>(model);
    expect(manifest).toMatchObject({
      architecture: { layers: [{ name: 'dense_1' }, { name: 'head', inputs: ['dense_1'] }] },
    });
  });

  it('transfers from a transfer', async () => {
    const first = await transfer({ head: { hidden: [4] } });
    const { transferred } = await transfer({ base: first.model });
    expect(transferred.layers).toEqual(['dense_1', 'batchNormalization_1', 'top', 'head_1']);
  });

  it('says what it gains over fresh weights, seed by seed', async () => {
    const train = noisyRows(40, 3, 8, 0);
    const on = await storeDataset(store, { inputShape, train, test: noisyRows(50, 3, 9, 0) });
    const knows = await storeModel(store, {
      inputShape, hidden: [{ type: 'dense', units: 2, activation: 'tanh' }],
      weights: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }); // prettier-ignore
    const given = { base: knows, dataset: on, batchSize: 8, epochs: 3 };
    const outputs = await leavingNoTensors(() =>
      transfer({ ...given, compareWithScratch: { seeds: 3 } }),
    );
    const { transferred, scratch, difference } = outputs.gain!;
    expect([transferred.length, scratch.length]).toEqual([3, 3]);
    const gains = transferred.map((accuracy, at) => accuracy - scratch[at]!);
    expect(difference.value).toBeCloseTo(gains.reduce((sum, gain) => sum + gain, 0) / 3, 12);
    expect(difference.low).toBeLessThan(difference.value);
    // The comparison changes nothing of the transfer, and each seed is trained as if alone.
    expect((await transfer(given)).weights).toEqual(outputs.weights);
    expect(new Set(scratch).size).toBeGreaterThan(1);
  });

  it.each([
    ['an unknown cut', { cutAt: 'tpo' }, 'SPEC_INVALID', 'no layer "tpo"'],
    ['an unknown layer to freeze', { freeze: ['dense_9'] }, 'SPEC_INVALID', 'named "dense_9"'],
    ['the output to freeze', { freeze: ['head'] }, 'SPEC_INVALID', 'named "head"'],
    ['an unknown layer to thaw', { epochs: undefined, stages: [{ epochs: 1, unfreeze: ['x*'] }] },
      'SPEC_INVALID', 'stages[0].unfreeze'],
    ['neither epochs nor stages', { epochs: undefined }, 'SPEC_INVALID', '`epochs` or `stages`'],
    ['epochs beside stages', { stages: [{ epochs: 1 }] }, 'SPEC_INVALID', '`epochs` or `stages`'],
  ])('refuses %s', async (_, changes, code, message) => {
    await leavingNoTensors(async () => {
      await expect(transfer(changes)).rejects.toMatchObject({
        code, message: expect.stringContaining(message) as string,
      });
    });
  }); // prettier-ignore

  it('refuses data of another shape, a base without layers, and a fusion', async () => {
    const other = await storeDataset(store, { inputShape: [2], train: noisyRows(8, 2) });
    await expect(transfer({ dataset: other })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    const linear = await storeModel(store, { inputShape });
    await expect(transfer({ base: linear })).rejects.toMatchObject({
      code: 'ARCHITECTURE_INVALID',
    });
    const { input } = await store.getJson<ModelManifest>(base);
    const fusion: ModelManifest = {
      version: 1, type: 'fusion', input, method: 'average', weights: [1], members: [base],
    }; // prettier-ignore
    const ref = await store.putJson(fusion, MEDIA_TYPE.model);
    await expect(transfer({ base: ref })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
