/** Networks that write: each token must be what the whole network says at its place. */
import * as tf from '@tensorflow/tfjs';
import { SPECIAL_TOKENS } from '../../../src/data/dataset.ts';
import {
  drawRecurrentWriter,
  drawTransformerWriter,
} from '../../../src/ml/architectures/draw-encoder-decoder.ts';
import { withOutputs } from '../../../src/ml/architectures/draw-architecture.ts';
import { loadBackend } from '../../../src/ml/backend.ts';
import { TextWriter } from '../../../src/ml/decoding/text-writer.ts';
import { writeTexts } from '../../../src/ml/decoding/write-texts.ts';
import type { Architecture, LayerSpec } from '../../../src/ml/model.ts';
import { buildNetwork, type Network } from '../../../src/ml/network.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const [SOURCE, LENGTH, CLASSES] = [6, 5, 9];
const WIDTH = SOURCE + LENGTH;
const INPUTS = [
  { name: 'source', shape: [SOURCE], offset: 0, vocabulary: 8 },
  { name: 'target', shape: [LENGTH], offset: SOURCE, vocabulary: CLASSES },
];
const SHARED = { inputs: INPUTS, embedding: 8, dropout: 0.2 };
const TRANSFORMER = {
  ...SHARED,
  blocks: 2,
  heads: 2,
  feedForward: 12,
  activation: 'relu',
} as const;
const LAYERS: readonly (readonly [string, LayerSpec[]])[] = [
  ['a transformer', drawTransformerWriter({ ...TRANSFORMER, positions: 'sinusoidal' })],
  ['a transformer of learned places', drawTransformerWriter({ ...TRANSFORMER, positions: 'learned' })],
  ['an LSTM', drawRecurrentWriter({ ...SHARED, cell: 'lstm', units: [6] })],
  ['two GRUs', drawRecurrentWriter({ ...SHARED, cell: 'gru', units: [5, 4] })],
  [
    'a causal convolution',
    [
      { type: 'embedding', vocabulary: 8, units: 4, maskZero: true, inputs: ['source'], name: 'read' },
      { type: 'embedding', vocabulary: CLASSES, units: 4, maskZero: true, inputs: ['target'] },
      { type: 'conv1d', filters: 4, kernelSize: 3, strides: 1, padding: 'causal', activation: 'tanh', name: 'asked' },
      { type: 'multiHeadAttention', heads: 1, keyUnits: 4, causal: false, inputs: ['asked', 'read'], name: 'found' },
      { type: 'add', inputs: ['asked', 'found'] },
    ],
  ],
]; // prettier-ignore

const ROWS = 11;
const random = new CounterRandom({ seed: 5, stream: 'rows' });
/** Sources of 1 to 6 tokens, targets of 0 to 4. */
const X = new Float32Array(ROWS * WIDTH);
for (let row = 0; row < ROWS; row += 1) {
  const [source, target] = [1 + random.integer(SOURCE), random.integer(LENGTH)];
  for (let at = 0; at < source; at += 1) X[row * WIDTH + at] = 4 + random.integer(4);
  X[row * WIDTH + SOURCE] = SPECIAL_TOKENS.start;
  for (let at = 1; at <= target; at += 1) X[row * WIDTH + SOURCE + at] = 4 + random.integer(5);
}

beforeAll(loadBackend);

function networkOf(layers: readonly LayerSpec[]): Network {
  const architecture: Architecture = {
    version: 1,
    inputShape: [WIDTH],
    inputs: INPUTS,
    classes: CLASSES,
    labelShape: [LENGTH],
    layers: withOutputs(layers, CLASSES),
    seed: 3,
  };
  const network = buildNetwork(architecture);
  // Further from 0 than a network begins, so that tokens differ.
  network.setWeights(network.weights().map((value) => 2 * value));
  return network;
}

/** `[rows][places][classes]`, of the whole network at once. */
const allLogits = (network: Network, x: Float32Array): Float32Array =>
  tf.tidy(() => network.logits(tf.tensor2d(x, [x.length / WIDTH, WIDTH])).dataSync<'float32'>());
const largestDifference = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Math.max(...Array.from(one, (value, at) => Math.abs(value - other[at]!)));

describe.each(LAYERS)('%s', (_, layers) => {
  let network: Network;
  beforeAll(() => {
    network = networkOf(layers);
  });
  afterAll(() => network.dispose());

  it('says at a place what the tokens up to there decide, and the source', () => {
    const before = allLogits(network, X);
    const size = LENGTH * CLASSES;
    for (let place = 1; place < LENGTH; place += 1) {
      const x = X.slice();
      for (let row = 0; row < ROWS; row += 1) x[row * WIDTH + SOURCE + place] = 8;
      const after = allLogits(network, x);
      for (let row = 0; row < ROWS; row += 1) {
        const [from, at, to] = [row * size, row * size + place * CLASSES, (row + 1) * size];
        expect(largestDifference(after.subarray(from, at), before.subarray(from, at))).toBeLessThan(1e-5);
        if (X[row * WIDTH + SOURCE + place] === 8) continue;
        expect(largestDifference(after.subarray(at, to), before.subarray(at, to))).toBeGreaterThan(1e-3);
      }
    }
    const other = X.slice();
    for (let row = 0; row < ROWS; row += 1) other[row * WIDTH] = X[row * WIDTH] === 4 ? 5 : 4;
    expect(largestDifference(allLogits(network, other), before)).toBeGreaterThan(1e-2);
  }); // prettier-ignore

  it('is asked for the next token as it is trained', () => {
    const whole = allLogits(network, X);
    const writer = new TextWriter(network);
    const read = writer.read(X, ROWS);
    for (let steps = 1; steps <= LENGTH; steps += 1) {
      // In reverse, and each twice: beginnings name their rows.
      const rows = Int32Array.from({ length: 2 * ROWS }, (_, at) => ROWS - 1 - (at >> 1));
      const hasTokens = (row: number) => X[row * WIDTH + SOURCE + steps - 1] !== 0;
      const asked = rows.filter(hasTokens);
      if (asked.length === 0) continue;
      const tokens = Int32Array.from(
        [...asked].flatMap((row) => [
          ...X.subarray(row * WIDTH + SOURCE, row * WIDTH + SOURCE + steps),
        ]),
      );
      const next = read.next({ tokens, rows: asked });
      asked.forEach((row, at) => {
        const start = (row * LENGTH + steps - 1) * CLASSES;
        const expected = whole.subarray(start, start + CLASSES);
        const found = next.subarray(at * CLASSES, (at + 1) * CLASSES);
        expect(largestDifference(found, expected)).toBeLessThan(1e-4);
      });
    }
    read.dispose();
  });

  it('writes a row alike whoever stands beside it, and leaves no tensor behind', async () => {
    const options = { beam: 3, lengthPenalty: 0.6 };
    const job = { network, options, onBatch: () => undefined };
    const together = await writeTexts({ ...job, x: X, rows: ROWS });
    const tensors = tf.memory().numTensors;
    for (const row of [0, 4, 10]) {
      const x = X.slice(row * WIDTH, (row + 1) * WIDTH);
      expect(await writeTexts({ ...job, x, rows: 1 })).toEqual([together[row]]);
      // The target is the answer, and is not looked at.
      x.fill(0, SOURCE);
      expect(await writeTexts({ ...job, x, rows: 1 })).toEqual([together[row]]);
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(new Set(together.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(1);
  });
});
