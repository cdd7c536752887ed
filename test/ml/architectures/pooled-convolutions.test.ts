import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../../src/layers/layer-spec.ts';
import { findPooledConvolutions } from '../../../src/ml/architectures/pooled-convolutions.ts';
import { loadBackend } from '../../../src/ml/backend.ts';
import { buildNetwork, type Network } from '../../../src/ml/network.ts';
import { CounterRandom } from '../../../src/ml/random.ts';

beforeAll(() => loadBackend());

type Activation = 'relu' | 'linear' | 'gelu' | 'tanh';
const convolution = (activation: Activation): LayerSpec => ({
  ...{ type: 'conv2d', filters: 3, kernelSize: 3, strides: 1, padding: 'same', activation },
});
const pooling: LayerSpec = { type: 'maxPooling2d', poolSize: 2 };
const last: LayerSpec = { type: 'dense', units: 2, activation: 'softmax' };
const withEnd = (...layers: LayerSpec[]): LayerSpec[] => [...layers, { type: 'flatten' }, last];

function networkOf(layers: readonly LayerSpec[]): Network {
  const network = buildNetwork({ version: 1, inputShape: [6, 6, 2], classes: 2, layers, seed: 4 });
  // Biases that are not 0, or they could stand anywhere.
  const random = new CounterRandom({ seed: 8, stream: 'weights' });
  network.setWeights(network.weights().map(() => random.normal()));
  return network;
}

const found = (layers: readonly LayerSpec[]) => {
  const network = networkOf(layers);
  const { unfinished, byPooling } = findPooledConvolutions(layers, network.shapes);
  network.dispose();
  return { unfinished: [...unfinished], byPooling: [...byPooling] };
};

describe('convolutions that are pooled first', () => {
  it('are those whose activation never falls, with their bias among the weights', () => {
    const layers = withEnd(convolution('linear'), pooling, convolution('relu'), pooling);
    expect(found(layers)).toEqual({
      unfinished: [0, 2],
      byPooling: [
        [1, { activation: 'linear', bias: 1 }],
        [3, { activation: 'relu', bias: 3 }],
      ],
    });
    const others = withEnd(convolution('gelu'), pooling, convolution('tanh'), pooling);
    expect(found(others)).toEqual({ unfinished: [], byPooling: [] });
  });

  it('are not those that another layer reads too', () => {
    const layers = withEnd(
      { ...convolution('relu'), name: 'read' },
      pooling,
      { type: 'flatten', name: 'one' },
      { type: 'flatten', inputs: ['read'], name: 'other' },
      { type: 'concatenate', inputs: ['one', 'other'] },
    );
    expect(found(layers)).toEqual({ unfinished: [], byPooling: [] });
  });

  it('give the very values and the gradients of pooling last', () => {
    const before = tf.memory().numTensors;
    const joint = networkOf(withEnd(convolution('relu'), pooling));
    // An activation of its own keeps the pooling where it stands.
    const apart = networkOf(
      withEnd(convolution('linear'), { type: 'activation', activation: 'relu' }, pooling),
    );
    const random = new CounterRandom({ seed: 9, stream: 'rows' });
    const x = tf.tensor4d(
      Float32Array.from({ length: 5 * 72 }, () => random.normal()),
      [5, 6, 6, 2],
    );
    const valuesOf = (network: Network) =>
      tf.tidy(() => {
        const loss = (parameters: tf.Tensor): tf.Scalar => {
          const training = { seed: 1, step: 0 };
          return tf.sum(tf.square(network.trainingLogits(parameters as tf.Tensor1D, x, training)));
        };
        const gradient = tf.grad(loss)(network.parameters).dataSync<'float32'>();
        return { logits: [...network.logits(x).dataSync<'float32'>()], gradient };
      });
    const [one, other] = [valuesOf(joint), valuesOf(apart)];
    expect(one.logits).toEqual(other.logits);
    const scale = Math.max(...other.gradient.map(Math.abs));
    const furthest = one.gradient.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (other.gradient[at] as number))),
      0,
    );
    expect(furthest).toBeLessThan(1e-5 * scale);
    for (const each of [joint, apart, x]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
