/**
 * What bench/training.mjs trains, in the layers of a pipeline; training_keras.py builds the same from
 * this description. Rows are drawn by a seeded generator and read by both sides from one file.
 */
import { CounterRandom } from '../dist/ml/random.js';

const CLASSES = 10;
const VOCABULARY = 1000;
/** Tokens below are padding and marks. */
const FIRST_TOKEN = 4;

const dense = (units, activation) => ({ type: 'dense', units, activation });
const output = dense(CLASSES, 'softmax');
const picture = { type: 'conv2d', kernelSize: 3, strides: 1, padding: 'valid', activation: 'relu' };
const pooling = { type: 'maxPooling2d', poolSize: 2 };
const convolutions = [
  ...[{ ...picture, filters: 32 }, pooling, { ...picture, filters: 64 }, pooling],
  ...[{ type: 'flatten' }, dense(128, 'relu'), output],
];
const recurrent = (type) => [{ type, units: 64, returnSequences: false, reverse: false }, output];
const normalization = { type: 'layerNormalization' };
const transformer = [
  { type: 'embedding', vocabulary: VOCABULARY, units: 64, maskZero: false },
  { type: 'positionalEncoding', kind: 'learned', name: 'embedded' },
  normalization,
  { type: 'multiHeadAttention', heads: 4, keyUnits: 16, causal: false, name: 'attention' },
  { type: 'add', inputs: ['embedded', 'attention'], name: 'attended' },
  normalization,
  dense(128, 'relu'),
  { ...dense(64, 'linear'), name: 'feedForward' },
  { type: 'add', inputs: ['attended', 'feedForward'] },
  normalization,
  { type: 'globalAveragePooling1d' },
  output,
];
const sequences = { inputShape: [64, 32], batch: 32, rows: 1024 };

/** `rows` is what one epoch, or one prediction, goes over. */
export const WORKLOADS = [
  {
    ...{ name: 'mlp 784-128-10', task: 'train', inputShape: [784], batch: 128, rows: 16384 },
    layers: [dense(128, 'relu'), output],
  },
  {
    ...{ name: 'cnn 32-64', task: 'train', inputShape: [28, 28, 1], batch: 128, rows: 4096 },
    layers: convolutions,
  },
  {
    ...{ name: 'cnn 32-64', task: 'predict', inputShape: [28, 28, 1], batch: 128, rows: 8192 },
    layers: convolutions,
  },
  { name: 'lstm 64', task: 'train', ...sequences, layers: recurrent('lstm') },
  { name: 'gru 64', task: 'train', ...sequences, layers: recurrent('gru') },
  {
    ...{ name: 'transformer d64 h4', task: 'train', inputShape: [64], batch: 32, rows: 1024 },
    ...{ vocabulary: VOCABULARY, layers: transformer },
  },
].map((workload) => ({ ...workload, classes: CLASSES }));

/** Noise, with the value of the label raised; or tokens, of which the first is the label. */
export function drawRows({ rows, inputShape, vocabulary, classes }) {
  const width = inputShape.reduce((product, side) => product * side, 1);
  const random = new CounterRandom({ seed: 1, stream: 'bench' });
  const draw = vocabulary
    ? () => FIRST_TOKEN + (random.uint32() % (vocabulary - FIRST_TOKEN))
    : () => random.normal();
  const x = Float32Array.from({ length: rows * width }, draw);
  const y = Int32Array.from({ length: rows }, (_, row) => row % classes);
  y.forEach((label, row) => {
    if (vocabulary) x[row * width] = FIRST_TOKEN + label;
    else x[row * width + label] += 3;
  });
  return { x, y };
}
