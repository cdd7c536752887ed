import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { drawView, lookAt, type View } from '../../../src/ml/visualize/jitter-view.ts';
import { maximiseActivation } from '../../../src/ml/visualize/maximise-activation.ts';
import { leavingNoTensors } from '../../activities/small-problem.ts';

const STILL: View = { moveX: 0, moveY: 0, scale: 1, turn: 0, pad: 0 };

beforeAll(async () => {
  await loadBackend();
});

/** 3 × 3, one channel. */
const seen = (pixels: readonly number[], view: View, shape: [number, number] = [3, 3]): number[] =>
  tf.tidy(() => Array.from(lookAt(tf.tensor4d([...pixels], [1, ...shape, 1]), view).dataSync()));

describe('lookAt', () => {
  const picture = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

  it('gives the picture itself where nothing moves', () => {
    seen(picture, STILL).forEach((value, at) => expect(value).toBeCloseTo(picture[at]!, 6));
  });

  it('moves by pixels, and shows grey beside the picture', () => {
    const moved = [0.2, 0.3, 0.5, 0.5, 0.6, 0.5, 0.8, 0.9, 0.5];
    seen(picture, { ...STILL, moveX: 1 }).forEach((value, at) => {
      expect(value).toBeCloseTo(moved[at]!, 6);
    });
    const halfway = [0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.6, 0.65, 0.7];
    seen(picture, { ...STILL, moveY: 0.5 }).forEach((value, at) => {
      expect(value).toBeCloseTo(halfway[at]!, 6);
    });
  });

  it('turns by a right angle without a change of any pixel', () => {
    // A line to the right of the middle of 5 × 5 comes to lie below or above it.
    const line = Array.from({ length: 25 }, (_, at) => (at === 13 ? 1 : 0.5));
    const turned = seen(line, { ...STILL, turn: Math.PI / 2 }, [5, 5]);
    const found = turned.flatMap((value, at) => (Math.abs(value - 1) < 1e-5 ? [at] : []));
    expect([[7], [17]]).toContainEqual(found);
    expect(turned.reduce((sum, value) => sum + value, 0)).toBeCloseTo(13, 4);
  });

  it('has the gradient that small steps have', () => {
    const view = { moveX: 0.3, moveY: -0.2, scale: 1.07, turn: 0.15, pad: 0.4 };
    const weights = picture.map((_, at) => Math.sin(at + 1));
    const of = (pixels: readonly number[]): number =>
      seen(pixels, view).reduce((sum, value, at) => sum + value * weights[at]!, 0);
    const gradient = tf.tidy(() =>
      Array.from(
        tf
          .grad((x) =>
            tf.sum(tf.mul(lookAt(x as tf.Tensor4D, view), tf.tensor4d(weights, [1, 3, 3, 1]))),
          )(tf.tensor4d(picture, [1, 3, 3, 1]))
          .dataSync(),
      ),
    );
    gradient.forEach((slope, at) => {
      const step = (size: number) => of(picture.map((value, i) => value + (i === at ? size : 0)));
      expect(slope).toBeCloseTo((step(0.5) - step(-0.5)) / 1, 4);
    });
  });
});

describe('drawView', () => {
  it('stays within the bounds of the reference, which shrink with the picture', () => {
    const random = new CounterRandom({ seed: 3, stream: 'view' });
    for (let draw = 0; draw < 200; draw += 1) {
      const { moveX, moveY, scale, turn, pad } = drawView(random, 112);
      // Of half the side half of ±4 and ±2.
      for (const move of [moveX, moveY]) expect(Math.abs(move)).toBeLessThanOrEqual(3);
      expect(Math.abs(scale - 1)).toBeLessThanOrEqual(0.1);
      expect(Math.abs(turn)).toBeLessThanOrEqual(Math.PI / 18);
      expect(pad).toBe(6);
    }
  });
});

describe('maximiseActivation', () => {
  /** Of a linear unit the best picture is known: 1 where its weight is positive, else 0. */
  const weights = [1, -1, 0.8, -0.6, 0.9, -0.7, 0.5, -0.9, 1];
  const linear = (pictures: tf.Tensor4D): tf.Tensor1D =>
    tf.tidy(() => tf.sum(tf.mul(tf.reshape(pictures, [-1, 9]), tf.tensor1d(weights)), 1));
  const work = (seed: number) =>
    maximiseActivation({
      shape: [3, 3, 1],
      units: 2,
      activation: linear,
      steps: 512,
      seed,
      onStep: () => undefined,
    });

  it('finds the best picture of a linear unit, and leaves no tensors', async () => {
    const pixels = await leavingNoTensors(() => work(0));
    expect(pixels).toHaveLength(18);
    const best = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0);
    const reached = weights.reduce((sum, weight, at) => sum + weight * pixels[at]!, 0);
    expect(reached).toBeGreaterThan(0.95 * best);
  });

  it('is the same from one seed, and another from another', async () => {
    const [one, again, other] = [await work(1), await work(1), await work(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('stops where it is told to', async () => {
    let steps = 0;
    const stopped = maximiseActivation({
      shape: [3, 3, 1],
      units: 1,
      activation: linear,
      steps: 512,
      seed: 0,
      onStep: () => {
        steps += 1;
        if (steps === 3) throw new Error('stopped');
      },
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(steps).toBe(3);
  });
});
