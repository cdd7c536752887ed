import * as tf from '@tensorflow/tfjs';
import { MEDIA_TYPE, type ArtifactRef } from '../../src/artifacts/artifact.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import { loadClassifier, NetworkClassifier } from '../../src/ml/classifier.ts';
import { countVotes } from '../../src/ml/fused-classifier.ts';
import type { Architecture, LayerSpec } from '../../src/ml/model.ts';
import { buildNetwork } from '../../src/ml/network.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { makeTestPlace, type TestPlace } from '../activities/step-context.ts';

/** 2 inputs, 3 classes, no hidden layer: softmax(x·K + b). */
const LINEAR: Architecture = {
  version: 1,
  inputShape: [2],
  classes: 3,
  layers: [{ type: 'dense', units: 3, activation: 'softmax' }],
  seed: 0,
};
const INPUT = {
  inputShape: [2],
  featureNames: ['a', 'b'],
  encoders: [],
  classes: ['x', 'y', 'z'],
  target: 't',
};
const WEIGHTS = [1, 0, -1, 0, 2, 1, 0.5, 0, 0];

let place: TestPlace;
beforeAll(async () => {
  await loadBackend();
  place = await makeTestPlace();
});
afterAll(() => place.remove());

async function storeModel(
  weights: number[],
  changes: Record<string, unknown> = {},
): Promise<ArtifactRef> {
  const bytes = new Uint8Array(Float32Array.from(weights).buffer);
  const manifest = {
    version: 1,
    type: 'network',
    input: INPUT,
    architecture: LINEAR,
    weights: await place.store.put(bytes, MEDIA_TYPE.weights),
    trainedOn: { dataset: 'd', backend: 'b' },
    ...changes,
  };
  return place.store.putJson(manifest, MEDIA_TYPE.model);
}

/** softmax(x·K + b) in doubles. */
function expected([a = 0, b = 0]: number[], weights: number[]): number[] {
  const w = (index: number): number => weights[index] as number;
  const z = [0, 1, 2].map((k) => a * w(k) + b * w(3 + k) + w(6 + k));
  const sum = z.reduce((total, value) => total + Math.exp(value), 0);
  return z.map((value) => Math.exp(value) / sum);
}

const close = (found: Iterable<number>, wanted: number[]): void =>
  [...found].forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 6));

describe('loadClassifier', () => {
  it('gives the softmax of the linear form, in batches and differentiably', async () => {
    const tensors = tf.memory().numTensors;
    const { classifier } = await loadClassifier(place.store, await storeModel(WEIGHTS));
    close(await classifier.predict(Float32Array.of(1, 2, -1, 0.5), 2), [
      ...expected([1, 2], WEIGHTS),
      ...expected([-1, 0.5], WEIGHTS),
    ]);
    // ∂p₀/∂a = p₀ (K₀₀ − Σ pₖ Kₐₖ)
    const [p0 = 0, , p2 = 0] = expected([1, 2], WEIGHTS);
    const slope = tf.tidy(() =>
      tf
        .grad((x) => tf.sum(tf.slice(classifier.probabilities(x), [0, 0], [1, 1])))(
          tf.tensor2d([[1, 2]]),
        )
        .dataSync(),
    );
    expect(slope[0]).toBeCloseTo(p0 * (1 - (p0 - p2)), 6);
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('averages the members of a fusion by weight', async () => {
    const other = WEIGHTS.map((value) => -value);
    const members = [await storeModel(WEIGHTS), await storeModel(other)];
    const fusion = {
      version: 1,
      type: 'fusion',
      input: INPUT,
      method: 'weighted-average',
      weights: [0.75, 0.25],
      members,
    };
    const ref = await place.store.putJson(fusion, MEDIA_TYPE.model);
    const { classifier } = await loadClassifier(place.store, ref);
    const mean = expected([1, 2], WEIGHTS).map(
      (p, k) => 0.75 * p + 0.25 * (expected([1, 2], other)[k] as number),
    );
    close(await classifier.predict(Float32Array.of(1, 2), 1), mean);
    const tensor = tf.tidy(() => classifier.probabilities(tf.tensor2d([[1, 2]])).dataSync());
    close(tensor, mean);
    classifier.dispose();
  });

  it.each<[string, number[], Record<string, unknown>]>([
    ['short weights', WEIGHTS.slice(1), {}],
    ['an infinite weight', [...WEIGHTS.slice(1), Infinity], {}],
    [
      'an unknown layer',
      WEIGHTS,
      { architecture: { ...LINEAR, layers: [{ type: 'lambda', code: 'x' }] } },
    ],
    [
      'an unknown key',
      WEIGHTS,
      { architecture: { ...LINEAR, layers: [{ ...LINEAR.layers[0], evil: 1 }] } },
    ],
    [
      'a size of 1e12',
      WEIGHTS,
      { architecture: { ...LINEAR, inputShape: [1e12] }, input: { ...INPUT, inputShape: [1e12] } },
    ],
    ['another number of classes', WEIGHTS, { input: { ...INPUT, classes: ['x', 'y'] } }],
    ['another kind', WEIGHTS, { type: '__proto__' }],
    [
      'no softmax at the end',
      WEIGHTS,
      { architecture: { ...LINEAR, layers: [{ type: 'dense', units: 3, activation: 'relu' }] } },
    ],
    ['weights that are no reference', WEIGHTS, { weights: { uri: 'file:///etc/passwd' } }],
  ])('refuses %s', async (_, weights, changes) => {
    await expect(
      loadClassifier(place.store, await storeModel(weights, changes)),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('refuses a fusion nested without end, and weights that do not sum to 1', async () => {
    let ref = await storeModel(WEIGHTS);
    const fusion = { version: 1, type: 'fusion', input: INPUT, method: 'average' };
    for (let depth = 0; depth < 6; depth += 1) {
      ref = await place.store.putJson(
        { ...fusion, weights: [1], members: [ref] },
        MEDIA_TYPE.model,
      );
    }
    const invalid = { code: 'MODEL_INVALID' };
    await expect(loadClassifier(place.store, ref)).rejects.toMatchObject(invalid);
    const heavy = await place.store.putJson(
      { ...fusion, weights: [0.7], members: [ref] },
      MEDIA_TYPE.model,
    );
    await expect(loadClassifier(place.store, heavy)).rejects.toMatchObject(invalid);
  });
});

describe('countVotes', () => {
  const vote = (predictions: number[][], weights: number[]): number[] => {
    const mean = (predictions[0] as number[]).map((_, k) =>
      predictions.reduce((sum, p, m) => sum + (weights[m] as number) * (p[k] as number), 0),
    );
    const members = predictions.map((p) => Float32Array.from(p));
    return [
      ...countVotes({ predictions: members, weights, mean: Float32Array.from(mean), classes: 3 }),
    ];
  };
  const winner = (answer: number[]): number => answer.indexOf(Math.max(...answer));
  const third = [1 / 3, 1 / 3, 1 / 3];

  it('lets the vote win where the averages are equal but for rounding', () => {
    // The heavier member prefers class 1; the other one's 0.676… makes both averages one half.
    for (let step = -60; step <= 60; step += 1) {
      const second = Math.fround((0.57 - 0.57 * 0.49) / 0.43 + step * 2 ** -26);
      const answer = vote([[0.49, 0.51, 0], [second, 1 - second, 0]], [0.57, 0.43]); // prettier-ignore
      expect([step, winner(answer)]).toEqual([step, 1]);
    }
  });

  it('averages votes and mean probability', () => {
    const answer = vote([[0.6, 0.4, 0], [0.8, 0.2, 0], [0, 1, 0]], third); // prettier-ignore
    close(answer, [(2 / 3 + 1.4 / 3) / 2, (1 / 3 + 1.6 / 3) / 2, 0]);
  });

  it('lets the majority win against a confident minority', () => {
    const answer = vote([[0.4, 0.3, 0.3], [0.34, 0.33, 0.33], [0, 1, 0]], third); // prettier-ignore
    expect(winner(answer)).toBe(0);
    expect(answer.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });

  it('breaks a tie by mean probability', () => {
    expect(winner(vote([[0.51, 0.49, 0], [0.1, 0.9, 0]], [0.5, 0.5]))).toBe(1); // prettier-ignore
  });
});

describe('a row', () => {
  it('has the same bits alone, among few and among many', async () => {
    await loadBackend();
    const layers: LayerSpec[] = [
      { type: 'dense', units: 33, activation: 'tanh' },
      { type: 'dense', units: 7, activation: 'softmax' },
    ];
    const architecture = { version: 1 as const, inputShape: [30], classes: 7, layers, seed: 2 };
    const classifier = new NetworkClassifier(buildNetwork(architecture), [...'abcdefg']);
    const random = new CounterRandom({ seed: 5, stream: 'rows' });
    const rows = 203;
    const x = Float32Array.from({ length: rows * 30 }, () => random.normal());
    const all = await classifier.predict(x, rows);
    for (const size of [1, 2, 3, 5, 8, 9, 64, 100]) {
      const pieces: number[] = [];
      for (let first = 0; first < rows; first += size) {
        const some = x.subarray(first * 30, Math.min(rows, first + size) * 30);
        pieces.push(...(await classifier.predict(some, some.length / 30)));
      }
      expect(Float32Array.from(pieces)).toEqual(all);
    }
    classifier.dispose();
  });
});
