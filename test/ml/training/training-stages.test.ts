import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import type { Architecture } from '../../../src/ml/model.ts';
import { buildNetwork, type Network } from '../../../src/ml/network.ts';
import { TrainingStages } from '../../../src/ml/training/training-stages.ts';

const architecture: Architecture = {
  version: 1,
  inputShape: [2],
  classes: 2,
  layers: [
    { type: 'batchNormalization' },
    { type: 'dense', units: 1, activation: 'linear' },
    { type: 'dense', units: 2, activation: 'softmax' },
  ],
  seed: 1,
};
let network: Network;

beforeAll(async () => {
  await loadBackend();
  network = buildNetwork(architecture);
});
afterAll(() => network.dispose());

const train = (frozen: ReadonlySet<number>, x: tf.Tensor) =>
  network.trainingLogits(network.parameters, x, { seed: 1, step: 0, frozen });

describe('stages', () => {
  it('follow one another, each from its first epoch', () => {
    const stages = new TrainingStages(
      network,
      [
        { epochs: 2, frozen: new Set([0, 1]), rateScale: 1 },
        { epochs: 1, frozen: new Set([0]), rateScale: 0.1 },
      ],
      [],
    );
    const epochs = [0, 1, 2, 3];
    expect(epochs.map((epoch) => stages.beginsAt(epoch))).toEqual([false, false, true, false]);
    expect(epochs.map((epoch) => stages.rateScaleAt(epoch))).toEqual([1, 1, 0.1, 0.1]);
    expect(epochs.map((epoch) => stages.frozenAt(epoch).size)).toEqual([2, 2, 1, 1]);
    stages.dispose();
  });

  it('let a value make its share of the step, and none where it is frozen', () => {
    const tensors = tf.memory().numTensors;
    // gamma 2, beta 2 | kernel 2, bias 1 | kernel 2, bias 2.
    const plan = [{ epochs: 1, frozen: new Set([0]), rateScale: 1 }];
    const stages = new TrainingStages(network, plan, [1, 0.25]);
    const values = tf.tidy(() =>
      stages
        .restrict({ before: tf.fill([11], 0.1), after: tf.fill([11], 0.5) }, 0)
        .dataSync<'float32'>(),
    );
    const old = Math.fround(0.1);
    expect([...values.subarray(0, 4)]).toEqual([old, old, old, old]);
    values.subarray(4, 7).forEach((value) => expect(value).toBeCloseTo(0.2, 6));
    values.subarray(7).forEach((value) => expect(value).toBeCloseTo(0.5, 6));
    stages.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('frozen batch normalisation', () => {
  it('uses its moving statistics in training, and does not move them', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 5], [3, -2], [8, 0.5]]); // prettier-ignore
      const before = network.weights();
      const inferred = [...network.logits(x).dataSync()];
      expect([...train(new Set([0]), x).dataSync()]).toEqual(inferred);
      expect(network.weights()).toEqual(before);
      expect([...train(new Set(), x).dataSync()]).not.toEqual(inferred);
      expect(network.weights()).not.toEqual(before);
    });
  });
});
