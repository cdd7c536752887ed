/** What bench/explain.mjs has explained: data, networks and how, the same for both sides. */
import { CounterRandom } from '../dist/ml/random.js';

const dense = (units, activation) => ({ type: 'dense', units, activation });
const mlp = [dense(64, 'relu'), dense(32, 'relu')];
const bag = [{ type: 'embedding', vocabulary: 404, units: 16 }, { type: 'globalAveragePooling1d' }];
const conv = (filters, kernelSize) => ({
  ...{ type: 'conv2d', filters, kernelSize, strides: 4, padding: 'valid', activation: 'relu' },
});
const cnn = [conv(8, 5), conv(16, 5), { type: 'flatten' }];
const table = { rows: 400, background: 100, hidden: mlp };

export const WORKLOADS = [
  { name: 'lime-table', method: 'lime', ...table, inputShape: [30], samples: 5000 },
  { name: 'kernel-shap', method: 'kernel-shap', ...table, inputShape: [30], samples: 2108 },
  {
    name: 'permutation-shap',
    method: 'permutation-shap',
    ...table,
    inputShape: [30],
    samples: 1220,
  },
  { name: 'exact-shap', method: 'exact-shap', ...table, inputShape: [10] },
  { name: 'lime-text', method: 'lime', inputShape: [128], hidden: bag, samples: 5000, words: 100 },
  { name: 'lime-picture', method: 'lime', inputShape: [224, 224, 3], hidden: cnn, samples: 1000 },
];

const random = (name, seed) => new CounterRandom({ seed, stream: `bench-${name}` });
export const WORDS = Array.from({ length: 400 }, (_, index) => `word${index}`);

/** Training rows (or texts, or pictures), back to back; the first are explained. */
export function drawData({ inputShape, rows = 20, words }) {
  const draws = random('data', 1);
  const values = inputShape.reduce((product, size) => product * size, 1);
  if (words) {
    const text = () => Array.from({ length: words }, () => WORDS[draws.integer(400)]).join(' ');
    return { texts: Array.from({ length: rows }, text) };
  }
  if (inputShape.length === 1) {
    return { x: Float32Array.from({ length: rows * values }, () => draws.normal()) };
  }
  return {
    x: Float32Array.from({ length: rows * values }, (_, at) => pixel(at, inputShape, draws)),
  };
}

/** Blots of colour with noise, so that there is something to segment. */
function pixel(at, [height, width, channels], draws) {
  const place = Math.floor(at / channels);
  const [x, y] = [place % width, Math.floor(place / width) % height];
  const picture = Math.floor(place / width / height);
  const wave = Math.sin((x * (1 + (picture % 3))) / 31) * Math.cos(y / 27 + (at % channels));
  return Math.min(1, Math.max(0, 0.5 + 0.35 * wave + 0.05 * (draws.uniform() - 0.5)));
}

/** Normal with the usual scale, so that answers differ between rows. */
export function drawWeights(count) {
  const draws = random('weights', 2);
  return Float32Array.from({ length: count }, () => draws.normal() / 4);
}
