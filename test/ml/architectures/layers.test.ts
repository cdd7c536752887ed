import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import { registerFastGradients } from '../../../src/ml/backend-gradients.ts';
import { RecordedGraph } from '../../../src/ml/recording/recorded-graph.ts';
import { GOLDEN_LAYERS, type GoldenLayers, networkOf, rowsOf } from './golden-layers.ts';

const TOLERANCE = 1e-5;

/** The largest difference, relative to the largest value (and at least 1). */
function distance(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, at) => Math.abs(value - (found[at] as number)))) / scale;
}

const inputOf = (golden: GoldenLayers): tf.Tensor =>
  tf.tensor([...golden.x], [rowsOf(golden), ...golden.inputShape]);

/** Σ upstream · output, whose gradients the goldens are. */
const weighted = (output: tf.Tensor, { upstream }: GoldenLayers): tf.Scalar =>
  tf.sum(tf.mul(tf.reshape(output, [-1]), tf.tensor1d([...upstream])));

async function useBackend(name: string): Promise<void> {
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  await loadBackend();
  await tf.setBackend(name);
  registerFastGradients(name as 'wasm');
}

const named = GOLDEN_LAYERS.map((golden) => [golden.name, golden] as const);
// Keras gives these in inference; while training, batch normalisation uses other moments.
const differentiable = named.filter(([name]) => name !== 'batchNormalization');

describe.each(['tensorflow', 'wasm', 'cpu'])('layers on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  afterAll(() => useBackend('tensorflow'));

  it.each(named)('gives what Keras gives: %s', (_, golden) => {
    const before = tf.memory().numTensors;
    const network = networkOf(golden);
    const output = tf.tidy(() => network.logits(inputOf(golden)).dataSync<'float32'>());
    network.dispose();
    expect(distance(output, golden.output)).toBeLessThan(TOLERANCE);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(differentiable)("has Keras' gradients: %s", (_, golden) => {
    const before = tf.memory().numTensors;
    const network = networkOf(golden);
    const x = inputOf(golden);
    const training = { seed: 0, step: 0 };
    if (golden.weights.length > 0) {
      const gradient = tf.tidy(() => {
        const by = tf.grad((parameters) =>
          weighted(network.trainingLogits(parameters as tf.Tensor1D, x, training), golden),
        );
        return by(network.parameters).dataSync<'float32'>();
      });
      expect(distance(gradient, golden.weightGradients)).toBeLessThan(TOLERANCE);
    }
    if (golden.inputGradients) {
      const gradient = tf.tidy(() =>
        tf
          .grad((input) => weighted(network.logits(input), golden))(x)
          .dataSync<'float32'>(),
      );
      expect(distance(gradient, golden.inputGradients)).toBeLessThan(TOLERANCE);
    }
    tf.dispose(x);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('layers that are recorded', () => {
  beforeAll(() => useBackend('tensorflow'));

  const passOf = (golden: GoldenLayers, x: Float32Array) => ({
    ...{ rows: rowsOf(golden), x, labels: new Int32Array(rowsOf(golden)), step: 0 },
  });

  it.each(differentiable)("have Keras' gradients for rows that come later: %s", (_, golden) => {
    const before = tf.memory().numTensors;
    const network = networkOf(golden);
    const { parameters, statistics } = network;
    if (parameters.size > 0) {
      // Other values, and no padding.
      const ones = new Float32Array(golden.x.length).fill(1);
      const graph = new RecordedGraph({
        pass: passOf(golden, ones),
        inputs: [parameters, statistics],
        compute: (feeds) => {
          const shape = [rowsOf(golden), ...golden.inputShape];
          const x = feeds.tensor(shape, (pass) => pass.x);
          const outputOf = (values: tf.Tensor): tf.Tensor => {
            const weights = { parameters: values as tf.Tensor1D, statistics };
            return network.trainingPass(weights, x, { seed: 0, step: 0, feeds }).logits;
          };
          return [tf.grad((values) => weighted(outputOf(values), golden))(parameters)];
        },
      });
      const found = tf.tidy(() => {
        const pass = passOf(golden, Float32Array.from(golden.x));
        const [gradient] = graph.run(pass, [parameters, statistics]);
        return (gradient as tf.Tensor).dataSync<'float32'>();
      });
      expect(distance(found, golden.weightGradients)).toBeLessThan(TOLERANCE);
      graph.dispose();
    }
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
