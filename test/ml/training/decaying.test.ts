import { buildNetwork } from '../../../src/ml/network.ts';
import { loadBackend } from '../../../src/ml/backend.ts';
import { decayingValues } from '../../../src/ml/training/decaying.ts';

beforeAll(loadBackend);

it('kernels decay; biases, scales and shifts do not', () => {
  const network = buildNetwork({
    version: 1, inputShape: [4, 4, 1], classes: 2, seed: 1,
    layers: [
      { type: 'conv2d', filters: 2, kernelSize: 3, strides: 1, padding: 'valid', activation: 'relu' },
      { type: 'batchNormalization' },
      { type: 'flatten' },
      { type: 'dense', units: 2, activation: 'softmax' },
    ],
  }); // prettier-ignore
  const of = (values: number, decays: number) => new Array<number>(values).fill(decays);
  // conv kernel and bias, gamma and beta, dense kernel and bias
  expect([...decayingValues(network.parameterPlaces)]).toEqual([
    ...of(18, 1), ...of(2, 0), ...of(2, 0), ...of(2, 0), ...of(16, 1), ...of(2, 0),
  ]); // prettier-ignore
  network.dispose();
});

it('a bias of two axes is known by its name', () => {
  const place = { name: 'gru_1/bias', shape: [2, 3], trainable: true, offset: 0, size: 6 };
  expect([...decayingValues([place])]).toEqual([0, 0, 0, 0, 0, 0]);
});
