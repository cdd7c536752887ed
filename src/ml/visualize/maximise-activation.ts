import * as tf from '@tensorflow/tfjs';
import { setImmediate } from 'node:timers/promises';
import { CounterRandom } from '../random.ts';
import { drawView, lookAt } from './jitter-view.ts';
import { readValues } from '../read-values.ts';

export interface Maximisation {
  /** `[height, width, channels]`, pixels 0 to 1. */
  readonly shape: readonly [number, number, number];
  /** How many units, and so pictures, there are. */
  readonly units: number;
  /**
   * What each unit says of its own picture. `pictures` is `[units, height, width, channels]`, the
   * answer `[units]`; differentiable.
   */
  readonly activation: (pictures: tf.Tensor4D) => tf.Tensor1D;
  readonly steps: number;
  readonly seed: number;
  readonly onStep: () => void;
}

/** As the reference has it. */
const LEARNING_RATE = 0.05;
/** Of the first picture, which is all but grey. */
const FIRST_DEVIATION = 0.01;
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/**
 * Pictures that make units of a network answer strongly, by Adam on what lies before a sigmoid. Each
 * step looks at them a little moved, scaled and turned, so that what is found is a pattern and not
 * noise that hits single pixels.
 *
 * @returns `[units, height, width, channels]`, 0 to 1.
 * @see Olah, Mordvintsev and Schubert 2017, Feature Visualization, https://distill.pub/2017/feature-visualization
 */
export async function maximiseActivation(work: Maximisation): Promise<Float32Array> {
  const { shape, units, steps, seed, activation, onStep } = work;
  const size: [number, number, number, number] = [units, ...shape];
  const random = new CounterRandom({ seed, stream: 'activation-maximisation' });
  const values = Float32Array.from(
    { length: size.reduce((product, side) => product * side, 1) },
    () => FIRST_DEVIATION * random.normal(),
  );
  const mean = new Float64Array(values.length);
  const square = new Float64Array(values.length);
  for (let step = 1; step <= steps; step += 1) {
    const view = drawView(random, Math.max(shape[0], shape[1]));
    const gradient = gradientOf(values, size, (before) => {
      const seen = lookAt(tf.sigmoid<tf.Tensor4D>(before), view);
      return tf.sum<tf.Scalar>(activation(seen));
    });
    for (const [at, slope] of gradient.entries()) {
      const [first, second] = [mean[at] ?? 0, square[at] ?? 0];
      mean[at] = MEAN_DECAY * first + (1 - MEAN_DECAY) * slope;
      square[at] = SQUARE_DECAY * second + (1 - SQUARE_DECAY) * slope * slope;
      const rate = (LEARNING_RATE * Math.sqrt(1 - SQUARE_DECAY ** step)) / (1 - MEAN_DECAY ** step);
      values[at] =
        (values[at] ?? 0) + (rate * (mean[at] ?? 0)) / (Math.sqrt(square[at] ?? 0) + EPSILON);
    }
    onStep();
    // Lets heartbeats and cancellations through.
    await setImmediate();
  }
  return values.map((value) => 1 / (1 + Math.exp(-value)));
}

function gradientOf(
  values: Float32Array,
  size: [number, number, number, number],
  of: (before: tf.Tensor4D) => tf.Scalar,
): Float32Array {
  return readValues(() =>
    tf.grad((before) => of(before as tf.Tensor4D))(tf.tensor4d(values, size)),
  );
}
