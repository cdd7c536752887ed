/** Gradients that Keras gives no golden for, against differences of the layer's own values. */
import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../../src/layers/layer-spec.ts';
import { loadBackend } from '../../../src/ml/backend.ts';
import { buildNetwork } from '../../../src/ml/network.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

const ROWS = 4;
/** Float32 keeps 7 digits: a step of 2^-7 loses about as much to rounding as to curvature. */
const STEP = 2 ** -7;

interface Case {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSpec[];
  readonly x: (random: CounterRandom) => number;
}

const normal = (random: CounterRandom): number => random.normal();
const token = (random: CounterRandom): number => random.integer(5);

const embedding: LayerSpec = { type: 'embedding', vocabulary: 5, units: 4, maskZero: true };
const last: LayerSpec = { type: 'dense', units: 3, activation: 'softmax' };

const CASES: readonly Case[] = [
  {
    name: 'learned positions',
    inputShape: [6, 4],
    layers: [{ type: 'positionalEncoding', kind: 'learned' }, { type: 'flatten' }, last],
    x: normal,
  },
  {
    name: 'sinusoidal positions and attention',
    inputShape: [6],
    layers: [
      embedding,
      { type: 'positionalEncoding', kind: 'sinusoidal' },
      { type: 'multiHeadAttention', heads: 2, keyUnits: 3, causal: true },
      { type: 'globalAveragePooling1d' },
      last,
    ],
    x: token,
  },
  {
    name: 'the largest of masked steps',
    inputShape: [6],
    layers: [embedding, { type: 'globalMaxPooling1d' }, last],
    x: token,
  },
  {
    name: 'batch normalisation of masked steps',
    inputShape: [6],
    layers: [
      embedding,
      { type: 'batchNormalization' },
      { type: 'gru', units: 3, returnSequences: false, reverse: false },
      last,
    ],
    x: token,
  },
  {
    name: 'dropout within sequences',
    inputShape: [6],
    layers: [
      embedding,
      { type: 'dropout', rate: 0.4 },
      { type: 'lstm', units: 4, returnSequences: true, reverse: false },
      { type: 'dropout', rate: 0.4 },
      { type: 'simpleRnn', units: 4, activation: 'tanh', returnSequences: false, reverse: true },
      last,
    ],
    x: token,
  },
];

describe('gradients', () => {
  beforeAll(() => loadBackend());

  it.each(CASES.map((each) => [each.name, each] as const))(
    'are those of differences: %s',
    (_, { inputShape, layers, x }) => {
      const before = tf.memory().numTensors;
      const random = new CounterRandom({ seed: 7, stream: 'gradients' });
      const network = buildNetwork({ version: 1, inputShape, classes: 3, layers, seed: 2 });
      const size = ROWS * inputShape.reduce((product, side) => product * side, 1);
      const draw = (length: number, value: () => number): Float32Array =>
        Float32Array.from({ length }, value);
      const rows = tf.tensor(draw(size, () => x(random)), [ROWS, ...inputShape]); // prettier-ignore
      const loss = (parameters: tf.Tensor): tf.Scalar =>
        tf.sum(
          tf.square(network.trainingLogits(parameters as tf.Tensor1D, rows, { seed: 1, step: 3 })),
        );
      const values = network.parameters.size;
      const start = draw(values, () => 0.5 * random.normal());
      const gradient = tf.tidy(() => tf.grad(loss)(tf.tensor1d(start)).dataSync<'float32'>());
      expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-2);
      for (let direction = 0; direction < 5; direction += 1) {
        const along = draw(values, () => random.normal() / Math.sqrt(values));
        const at = (step: number): number =>
          tf.tidy(
            () =>
              loss(tf.tensor1d(start.map((value, i) => value + step * along[i]!))).dataSync()[0]!,
          );
        const expected = (at(STEP) - at(-STEP)) / (2 * STEP);
        const found = gradient.reduce((sum, value, i) => sum + value * along[i]!, 0);
        expect(Math.abs(found - expected)).toBeLessThan(5e-3 * Math.max(1, Math.abs(expected)));
      }
      tf.dispose(rows);
      network.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
