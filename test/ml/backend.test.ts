import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../src/ml/backend.ts';
import { CounterRandom } from '../../src/ml/random.ts';

function normals(shape: number[], stream: string): tf.Tensor {
  const random = new CounterRandom({ seed: 1, stream });
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

const differences = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] as number))), 0);

/** The gradient of Σ output² by the input, on the named backend. */
async function gradient(
  backend: string,
  f: (x: tf.Tensor) => tf.Tensor,
  shape: number[],
): Promise<Float32Array> {
  await tf.setBackend(backend);
  return tf.tidy(() =>
    tf
      .grad((x) => tf.sum(tf.square(f(x))))(normals(shape, 'gradient'))
      .dataSync<'float32'>()
      .slice(),
  );
}

const picture = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;
const filter = (w: tf.Tensor): tf.Tensor4D => w as tf.Tensor4D;
const input = (): tf.Tensor4D => normals([3, 7, 9, 2], 'input') as tf.Tensor4D;

type Case = readonly [string, (x: tf.Tensor) => tf.Tensor, number[]];

const CASES: Case[] = [
  ['relu', (x) => tf.relu(x), [5, 7]],
  ['max-pooling, remainder', (x) => tf.maxPool(picture(x), 2, 2, 'valid'), [3, 7, 9, 2]],
  ['max-pooling, overlapping', (x) => tf.maxPool(picture(x), 3, 2, 'same'), [3, 7, 9, 2]],
  ['max-pooling of negative values', (x) => tf.maxPool(picture(tf.sub(x, 9)), 2, 2, 'valid'), [2, 4, 4, 3]],
  ['filter, same', (w) => tf.conv2d(input(), filter(w), 1, 'same'), [3, 3, 2, 4]],
  ['filter, valid', (w) => tf.conv2d(input(), filter(w), 1, 'valid'), [3, 3, 2, 4]],
  ['filter, stride 2, same', (w) => tf.conv2d(input(), filter(w), 2, 'same'), [3, 3, 2, 4]],
  ['filter, stride 3, valid', (w) => tf.conv2d(input(), filter(w), 3, 'valid'), [2, 2, 2, 4]],
]; // prettier-ignore

describe('loadBackend', () => {
  it('uses native TensorFlow, warns of nothing, and fingerprints what changes the bits', async () => {
    const backend = await loadBackend();
    expect(backend).toMatchObject({ name: 'tensorflow', warning: null });
    expect(backend.fingerprint).toMatch(
      /^tensorflow; tfjs 4\.22\.0; TensorFlow \d+\.\d+\.\d+; threads \d+; oneDNN \w+; \w+; cpu [0-9a-f]{12}$/,
    );
    expect(await loadBackend()).toBe(backend);
  });

  describe.each(['tensorflow', 'wasm'])('gradients on %s', (name) => {
    beforeAll(async () => {
      await loadBackend();
      if (name === 'wasm') await activateWasm();
    });
    afterAll(() => tf.setBackend('tensorflow'));

    it.each(CASES)('of %s are those of the cpu backend', async (_, f, shape) => {
      const expected = await gradient('cpu', f, shape);
      const found = await gradient(name, f, shape);
      const largest = Math.max(...expected.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      expect(differences(found, expected) / largest).toBeLessThan(1e-5);
    });
  });
});

async function activateWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  const { registerFastGradients } = await import('../../src/ml/backend-gradients.ts');
  await tf.setBackend('wasm');
  registerFastGradients('wasm');
}
