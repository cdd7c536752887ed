/** A small problem: three clouds of points in the plane, and a network for them. */
import type { Architecture } from '../../../src/ml/model.ts';
import { buildNetwork } from '../../../src/ml/network.ts';
import { createOptimizer } from '../../../src/ml/optimizers/create-optimizer.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { decayingValues } from '../../../src/ml/training/decaying.ts';
import { GradientRules } from '../../../src/ml/training/gradient-rules.ts';
import { Objective } from '../../../src/ml/training/objective.ts';
import { MemoryRows } from '../../../src/ml/training/memory-rows.ts';
import type { Rows } from '../../../src/ml/training/rows.ts';
import { type TrainingJob, TrainingRun } from '../../../src/ml/training/training-run.ts';

export const CLASSES = 3;

export const PLAIN = {
  losses: [{ type: 'cross-entropy' }],
  labelSmoothing: 0,
  classWeights: null,
} as const;

export function blobs(count: number, seed = 1): Rows {
  const random = new CounterRandom({ seed, stream: 'blobs' });
  const y = Int32Array.from({ length: count }, (_, row) => row % CLASSES);
  const x = new Float32Array(2 * count);
  y.forEach((label, row) => {
    x[2 * row] = Math.cos(2 * label) + 0.6 * random.normal();
    x[2 * row + 1] = Math.sin(2 * label) + 0.6 * random.normal();
  });
  return { count, width: 2, x, y };
}

const ARCHITECTURE: Architecture = {
  version: 1,
  inputShape: [2],
  classes: CLASSES,
  layers: [
    { type: 'dense', units: 8, activation: 'tanh' },
    { type: 'dense', units: CLASSES, activation: 'softmax' },
  ],
  seed: 3,
};

export interface SmallTraining {
  readonly run: TrainingRun;
  readonly weights: () => Float32Array;
  readonly dispose: () => void;
}

/** Plain gradient descent in batches of 8 unless changed. */
export function smallTraining(changes: Partial<TrainingJob> = {}, rows = 50): SmallTraining {
  const network = buildNetwork(ARCHITECTURE);
  const decays = decayingValues(network.parameterPlaces);
  const optimizer = createOptimizer(decays, { type: 'batch-gd' });
  const rules = new GradientRules(network.parameterPlaces, {});
  const run = new TrainingRun({
    network,
    optimizer,
    objective: new Objective({ classes: CLASSES, ...PLAIN }),
    rules,
    augmenter: undefined,
    learningRate: { learningRate: 0.1, schedule: () => 0.1 },
    train: new MemoryRows(blobs(rows), 7),
    validation: null,
    epochs: 3,
    batching: { rowsPerPass: 8, passesPerStep: 1 },
    seed: 7,
    earlyStopping: undefined,
    ...changes,
  });
  return {
    run,
    weights: () => network.weights(),
    dispose: () => {
      run.dispose();
      rules.dispose();
      optimizer.dispose();
      network.dispose();
    },
  };
}

export async function finish(run: TrainingRun): Promise<void> {
  while (!run.finished) await run.advance();
}

/** Trains to the end. @returns the weights. */
export async function trainSmall(
  changes: Partial<TrainingJob> = {},
  rows = 50,
): Promise<Float32Array> {
  const { run, weights, dispose } = smallTraining(changes, rows);
  await finish(run);
  const trained = weights();
  dispose();
  return trained;
}

export function largestDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? NaN))), 0);
}
