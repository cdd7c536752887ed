import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import { buildNetwork } from '../../../src/ml/network.ts';
import { batchingOf } from '../../../src/ml/training/batching.ts';
import { MemoryRows } from '../../../src/ml/training/memory-rows.ts';
import { blobs, finish, largestDifference, smallTraining, trainSmall } from './blobs.ts';

beforeAll(loadBackend);

/** Floats are added up in another order. */
const ROUNDING = 2e-6;

describe('a step of several passes', () => {
  it('is the step on all their rows at once, also where the last pass is smaller', async () => {
    const whole = await trainSmall({ batching: { rowsPerPass: 50, passesPerStep: 1 } });
    const parts = await trainSmall({ batching: { rowsPerPass: 8, passesPerStep: 7 } });
    expect(largestDifference(whole, parts)).toBeLessThan(ROUNDING);
    const other = await trainSmall({ batching: { rowsPerPass: 8, passesPerStep: 1 } });
    expect(largestDifference(whole, other)).toBeGreaterThan(0.01);
  });

  it('is the step of the larger batch, also where the last step has fewer passes', async () => {
    // Steps of 24, 24 and 2 rows.
    const large = await trainSmall({ batching: { rowsPerPass: 24, passesPerStep: 1 } });
    const accumulated = await trainSmall({ batching: { rowsPerPass: 8, passesPerStep: 3 } });
    expect(largestDifference(large, accumulated)).toBeLessThan(ROUNDING);
  });

  it('goes on between two of its passes bit for bit, and leaves no tensor behind', async () => {
    const tensors = tf.memory().numTensors;
    const batching = { rowsPerPass: 8, passesPerStep: 3 };
    const undisturbed = await trainSmall({ batching });
    const first = smallTraining({ batching });
    for (let pass = 0; pass < 11; pass += 1) await first.run.advance();
    const snapshot = first.run.snapshot();
    expect(snapshot.gradient).toHaveLength(2 * 8 + 8 + 8 * 3 + 3);
    const second = smallTraining({ batching });
    second.run.restore(snapshot);
    while (!second.run.finished) await second.run.advance();
    expect(second.weights()).toEqual(undisturbed);
    first.dispose();
    second.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('a job of many passes', () => {
  // 6 whole passes an epoch, which are recorded, and a smaller one, which is not.
  const many = { epochs: 17 };

  it('goes on in a recorded epoch bit for bit, and leaves no tensor behind', async () => {
    const tensors = tf.memory().numTensors;
    const undisturbed = await trainSmall(many);
    const first = smallTraining(many);
    for (let pass = 0; pass < 17; pass += 1) await first.run.advance();
    const second = smallTraining(many);
    second.run.restore(first.run.snapshot());
    await finish(second.run);
    expect(second.weights()).toEqual(undisturbed);
    first.dispose();
    second.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('comes to what fewer passes at a time come to', async () => {
    // The first 18 whole passes as a job of their own are too few to be recorded.
    const schedule = (epochs: number) => (epochs < 3 ? 0.1 : 0);
    const recorded = await trainSmall({ ...many, learningRate: { learningRate: 0.1, schedule } });
    expect(largestDifference(recorded, await trainSmall({ epochs: 3 }))).toBeLessThan(ROUNDING);
  });
});

describe('the learning rate', () => {
  it('is asked for at each step in epochs, and recorded of the last step of each', async () => {
    const asked: number[] = [];
    const schedule = (epochs: number) => {
      asked.push(epochs);
      return 0.1 / (1 + epochs);
    };
    // Three steps an epoch, of two passes, two passes and one.
    const { run, dispose } = smallTraining(
      {
        learningRate: { learningRate: 0.1, schedule },
        batching: { rowsPerPass: 8, passesPerStep: 2 },
        epochs: 2,
      },
      40,
    );
    await finish(run);
    dispose();
    const times = [0, 1 / 3, 2 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 5 / 3];
    expect(asked).toEqual(times.map((time) => expect.closeTo(time, 12) as number));
    expect(run.history.map(({ learningRate }) => learningRate)).toEqual([
      expect.closeTo(0.1 / (1 + 2 / 3), 12),
      expect.closeTo(0.1 / (1 + 5 / 3), 12),
    ]);
  });

  it('is the one that the step makes', async () => {
    const rates = (learningRate: number) => ({ learningRate, schedule: () => learningRate });
    const one = await trainSmall({ learningRate: rates(0.1), epochs: 1 });
    const other = await trainSmall({
      learningRate: { learningRate: 1, schedule: (epochs) => (epochs < 1 ? 0.1 : 0) },
    });
    expect(other).toEqual(one);
  });

  it('falls on a plateau, also where the training went on from a snapshot', async () => {
    const plateau = {
      monitor: 'loss', factor: 0.5, patience: 1, minDelta: 10, cooldown: 0, minRate: 0,
    } as const; // prettier-ignore
    const changes = {
      learningRate: { learningRate: 0.1, schedule: () => 0.1, plateau },
      epochs: 4,
    };
    const whole = smallTraining(changes);
    await finish(whole.run);
    // The first epoch is the best so far; none after is better by 10.
    const rates = whole.run.history.map(({ learningRate }) => learningRate);
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.025]);
    const first = smallTraining(changes);
    while (first.run.history.length < 3) await first.run.advance();
    const second = smallTraining(changes);
    second.run.restore(first.run.snapshot());
    await finish(second.run);
    expect(second.weights()).toEqual(whole.weights());
    for (const { dispose } of [whole, first, second]) dispose();
  });
});

describe('keeping the best', () => {
  it('trains to the end and goes back to the epoch that was best', async () => {
    // The rate explodes in the third epoch.
    const schedule = (epochs: number) => (epochs < 2 ? 0.1 : 50);
    const changes = {
      learningRate: { learningRate: 0.1, schedule },
      validation: new MemoryRows(blobs(60, 2), 7),
      epochs: 5,
    };
    const keepBest = {
      monitor: 'validationF1', minDelta: 0, patience: Infinity, restoreBest: true,
    } as const; // prettier-ignore
    const { run, weights, dispose } = smallTraining({ ...changes, earlyStopping: keepBest });
    await finish(run);
    const figures = run.history.map(({ validationF1 }) => validationF1 as number);
    expect(figures).toHaveLength(5);
    expect(run.keptEpoch).toBe(figures.indexOf(Math.max(...figures)) + 1);
    expect(run.keptEpoch).toBeLessThanOrEqual(2);
    run.restoreKept();
    expect(weights()).toEqual(await trainSmall({ ...changes, epochs: run.keptEpoch }));
    dispose();
  });
});

describe('batches', () => {
  const network = () =>
    buildNetwork({
      version: 1, inputShape: [1000], classes: 2, seed: 1,
      layers: [{ type: 'dense', units: 2, activation: 'softmax' }],
    }); // prettier-ignore

  it.each([
    ['sgd', undefined, 1],
    ['sgd', 32, 32],
    ['batch-gd', undefined, 32],
    ['momentum', undefined, 32],
    ['nesterov', undefined, 32],
    ['adam', undefined, 32],
    ['adam', 5, 5],
  ] as const)('of %s with batchSize %s have %s rows', (type, batchSize, rowsPerPass) => {
    const net = network();
    expect(batchingOf({ type, batchSize, rows: 100 }, net)).toEqual({
      rowsPerPass,
      passesPerStep: 1,
    });
    net.dispose();
  });

  it('of gd are the whole part, in as many passes as memory asks for', () => {
    const net = network();
    expect(batchingOf({ type: 'gd', rows: 100 }, net)).toEqual({
      rowsPerPass: 100,
      passesPerStep: 1,
    });
    // 2^25 values of 1,002 each.
    expect(batchingOf({ type: 'gd', rows: 100_000 }, net)).toEqual({
      rowsPerPass: 33_487,
      passesPerStep: 3,
    });
    net.dispose();
  });
});
