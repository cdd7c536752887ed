import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../../src/layers/layer-spec.ts';
import { loadBackend } from '../../../src/ml/backend.ts';
import { buildNetwork, type Network } from '../../../src/ml/network.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { feedsOf, type PassData } from '../../../src/ml/recording/feeds.ts';
import { computePass } from '../../../src/ml/training/compute-pass.ts';
import { Objective } from '../../../src/ml/training/objective.ts';
import { PassRunner, RECORDED_FROM } from '../../../src/ml/training/pass-runner.ts';

const ROWS = 6;
const CLASSES = 3;
const last: LayerSpec = { type: 'dense', units: CLASSES, activation: 'softmax' };
const random = new CounterRandom({ seed: 5, stream: 'passes' });

interface Case {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly value: () => number;
}

const token = (): number => random.uint32() % 9;
const embedding: LayerSpec = { type: 'embedding', vocabulary: 9, units: 4, maskZero: true };
const CASES: readonly Case[] = [
  {
    name: 'pictures, normalised by the batch, with dropout',
    inputShape: [6, 6, 1],
    layers: [
      { type: 'conv2d', filters: 4, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu' },
      { type: 'batchNormalization' },
      { type: 'dropout', rate: 0.5 },
      { type: 'maxPooling2d', poolSize: 2 },
      { type: 'flatten' },
      last,
    ],
    value: () => random.normal(),
  },
  {
    name: 'texts with padding, normalised by the tokens that are there',
    inputShape: [7],
    layers: [
      embedding,
      { type: 'batchNormalization' },
      { type: 'bidirectional', layer: { type: 'gru', units: 3, returnSequences: true }, merge: 'concat' },
      { type: 'dropout', rate: 0.3 },
      { type: 'multiHeadAttention', heads: 2, keyUnits: 2, causal: true },
      { type: 'lstm', units: 4, returnSequences: false, reverse: true },
      last,
    ],
    value: token,
  },
]; // prettier-ignore

const objective = new Objective({
  ...{ classes: CLASSES, labelSmoothing: 0.1, classWeights: [1, 2, 0.5] },
  losses: [{ type: 'focal' }, { type: 'mean-absolute-error', weight: 0.3 }],
});

beforeAll(() => loadBackend());

const networkFor = ({ inputShape, layers }: Case): Network =>
  buildNetwork({ version: 1, inputShape, classes: CLASSES, layers, seed: 2 });

function drawPass({ inputShape, value }: Case, { rows = ROWS, step = 0 } = {}): PassData {
  const size = inputShape.reduce((product, side) => product * side, rows);
  return {
    rows,
    x: Float32Array.from({ length: size }, value),
    labels: Int32Array.from({ length: rows }, () => random.uint32() % CLASSES),
    step,
  };
}

interface Values {
  readonly gradient: number[];
  readonly logits: number[];
  readonly statistics: number[];
}

/** One operation after the other, on a network like the one that is given. */
function computeAlone(network: Network, pass: PassData, frozen?: ReadonlySet<number>): Values {
  const { parameters, statistics } = network;
  return tf.tidy(() => {
    const weights = { parameters, statistics };
    const feeds = feedsOf(pass);
    const made = computePass({ network, objective, seed: 3, weights, frozen, history: [], feeds });
    const found = {
      gradient: [...made.gradient.dataSync<'float32'>()],
      logits: [...made.logits.dataSync<'float32'>()],
      statistics: [...(made.statistics ?? statistics).dataSync<'float32'>()],
    };
    tf.dispose(made.statistics ? [made.logits, made.statistics] : made.logits);
    return found;
  });
}

function run(
  runner: PassRunner,
  network: Network,
  pass: PassData,
  frozen?: ReadonlySet<number>,
): Values {
  return tf.tidy(() => {
    const { gradient, logits } = runner.run(pass, { frozen, history: [] });
    return {
      gradient: [...gradient.dataSync<'float32'>()],
      logits: [...logits],
      statistics: [...network.statistics.dataSync<'float32'>()],
    };
  });
}

const close = ({ gradient, logits, statistics }: Values): Values => {
  const near = (values: number[]) => values.map((value) => expect.closeTo(value, 5) as number);
  return { gradient: near(gradient), logits: near(logits), statistics: near(statistics) };
};

describe.each(CASES.map((each) => [each.name, each] as const))('passes over %s', (_, each) => {
  it('that are recorded are those that are computed one operation after the other', () => {
    const before = tf.memory().numTensors;
    const network = networkFor(each);
    const runner = new PassRunner({
      network,
      objective,
      seed: 3,
      rowsPerPass: ROWS,
      wholePasses: RECORDED_FROM,
    });
    for (const step of [0, 1, 2]) {
      const pass = drawPass(each, { step });
      const expected = computeAlone(network, pass);
      expect(run(runner, network, pass)).toEqual(close(expected));
      // As the next pass finds it.
      const others = computeAlone(network, { ...pass, step: step + 1 });
      expect(others.gradient).not.toEqual(expected.gradient);
    }
    runner.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave what is frozen without a gradient, also once other layers are frozen', () => {
    const network = networkFor(each);
    const runner = new PassRunner({
      network,
      objective,
      seed: 3,
      rowsPerPass: ROWS,
      wholePasses: RECORDED_FROM,
    });
    for (const frozen of [new Set([0, 1]), new Set([0]), new Set<number>(), new Set([0, 1])]) {
      const pass = drawPass(each);
      const expected = computeAlone(network, pass, frozen);
      expect(run(runner, network, pass, frozen)).toEqual(close(expected));
      const [size] = network.parameterPlaces.map((place) => place.size) as [number];
      const isStill = expected.gradient.slice(0, size).every((value) => value === 0);
      expect(isStill).toBe(frozen.has(0));
    }
    runner.dispose();
    network.dispose();
  });

  it('may have fewer rows at the end of an epoch', () => {
    const network = networkFor(each);
    const runner = new PassRunner({
      network,
      objective,
      seed: 3,
      rowsPerPass: ROWS,
      wholePasses: RECORDED_FROM,
    });
    run(runner, network, drawPass(each));
    const pass = drawPass(each, { rows: ROWS - 2 });
    const expected = computeAlone(network, pass);
    expect(run(runner, network, pass)).toEqual(close(expected));
    runner.dispose();
    network.dispose();
  });
});

it('refuses a token that the vocabulary lacks, also in a pass after the recorded one', () => {
  const texts = CASES[1] as Case;
  const network = networkFor(texts);
  const runner = new PassRunner({
    network,
    objective,
    seed: 3,
    rowsPerPass: ROWS,
    wholePasses: RECORDED_FROM,
  });
  const handles = () => tf.memory().numDataBuffers;
  run(runner, network, drawPass(texts));
  const before = handles();
  const pass = drawPass(texts);
  pass.x[3] = 9;
  expect(() => run(runner, network, pass)).toThrow(
    expect.objectContaining({ code: 'DATA_INVALID' }) as Error,
  );
  expect(handles()).toBe(before);
  pass.x[3] = 8;
  run(runner, network, pass);
  runner.dispose();
  network.dispose();
});
