/** Small stored data sets and models, and a context to run steps on them. */
import * as tf from '@tensorflow/tfjs';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { DatasetManifest, DatasetPart } from '../../src/data/dataset.ts';
import { encodeFloat32, encodeInt32 } from '../../src/data/tensor-bytes.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import type { LayerSpec, ModelManifest } from '../../src/ml/model.ts';
import { buildNetwork } from '../../src/ml/network.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { MemoryStore } from '../memory-store.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export interface TestContext extends StepContext {
  readonly store: MemoryStore;
  readonly lines: LogLine[];
}

export function testContext(signal = new AbortController().signal): TestContext {
  const lines: LogLine[] = [];
  return {
    run: { id: 'run', pipeline: 'test', planDigest: '', submittedBy: 'tester' },
    stepId: 'step',
    attempt: 1,
    store: new MemoryStore(),
    dataRoot: '/nowhere',
    scratch: '/nowhere',
    signal,
    heartbeat: () => undefined,
    log: (level, message) => lines.push({ level, message }),
    lines,
  };
}

export interface Rows {
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
}

export interface DatasetOptions {
  readonly inputShape: readonly number[];
  readonly classes?: readonly string[];
  readonly train?: Rows;
  readonly validation?: Rows;
  readonly test?: Rows;
}

/** Source rows are numbered 100, 101, … over train, validation and test. */
export async function storeDataset(
  store: MemoryStore,
  { inputShape, classes = ['no', 'yes'], ...given }: DatasetOptions,
): Promise<ArtifactRef> {
  let next = 100;
  const storePart = async ({ x, y }: Rows): Promise<DatasetPart> => {
    const sourceRows = Int32Array.from(y, () => next++);
    const tensor = (bytes: Uint8Array) => store.put(bytes, MEDIA_TYPE.tensor);
    return {
      rows: y.length,
      x: await tensor(encodeFloat32(Float32Array.from(x.flat()))),
      y: await tensor(encodeInt32(Int32Array.from(y))),
      sourceRows: await tensor(encodeInt32(sourceRows)),
    };
  };
  const none = { x: [], y: [] };
  const parts = {
    train: await storePart(given.train ?? none),
    validation: await storePart(given.validation ?? none),
    test: await storePart(given.test ?? none),
  };
  const manifest: DatasetManifest = {
    version: 1,
    source: { path: 'test.csv', sha256: '0'.repeat(64), rows: next - 100 },
    target: 'label',
    ...contractOf(inputShape, classes),
    parts,
    split: { train: 0.5, validation: 0.25, test: 0.25, stratify: false, seed: 0 },
  };
  return store.putJson(manifest, MEDIA_TYPE.dataset);
}

function contractOf(inputShape: readonly number[], classes: readonly string[]) {
  const values = inputShape.reduce((product, size) => product * size, 1);
  const featureNames = Array.from({ length: values }, (_, index) => `f${index}`);
  const encoders = featureNames.map((column) => ({
    type: 'number' as const,
    column,
    scale: 'none' as const,
    offset: 0,
    divisor: 1,
    imputed: 0,
  }));
  return { inputShape, featureNames, encoders, classes };
}

export interface ModelOptions {
  readonly inputShape: readonly number[];
  readonly classes?: readonly string[];
  readonly hidden?: readonly LayerSpec[];
  /** All weights in layer order; without it, the initial ones of `seed`. */
  readonly weights?: readonly number[];
  readonly seed?: number;
}

export async function storeModel(
  store: MemoryStore,
  { inputShape, classes = ['no', 'yes'], hidden = [], weights, seed = 1 }: ModelOptions,
): Promise<ArtifactRef> {
  await loadBackend();
  const layers: LayerSpec[] = [
    ...hidden,
    { type: 'dense', units: classes.length, activation: 'softmax' },
  ];
  const architecture = { version: 1 as const, inputShape, classes: classes.length, layers, seed };
  const network = buildNetwork(architecture);
  try {
    if (weights) network.setWeights(Float32Array.from(weights));
    const manifest: ModelManifest = {
      version: 1,
      type: 'network',
      input: { ...contractOf(inputShape, classes), target: 'label' },
      architecture,
      weights: await store.put(network.exportWeights(), MEDIA_TYPE.weights),
      trainedOn: { dataset: '0'.repeat(64), backend: 'test' },
    };
    return await store.putJson(manifest, MEDIA_TYPE.model);
  } finally {
    network.dispose();
  }
}

/** P(yes) = σ(w·x + b), as a softmax over the logits 0 and w·x + b. */
export const logisticWeights = (w: readonly number[], b = 0): number[] => [
  ...w.flatMap((weight) => [0, weight]),
  0,
  b,
];

/** Normal rows of a number of values; labels by the sign of the first value, some of them wrong. */
export function noisyRows(rows: number, values: number, seed = 0, wrong = 0.1): Rows {
  const random = new CounterRandom({ seed, stream: 'small-problem' });
  const x = Array.from({ length: rows }, () =>
    Array.from({ length: values }, () => random.normal()),
  );
  const y = x.map(([first]) => Number(first! > 0 !== random.uniform() < wrong));
  return { x, y };
}

/** Runs the work and expects that it leaves no tensor behind. */
export async function leavingNoTensors<T>(work: () => Promise<T>): Promise<T> {
  await loadBackend();
  const before = tf.memory().numTensors;
  const result = await work();
  expect(tf.memory().numTensors).toBe(before);
  return result;
}
