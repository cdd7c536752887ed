/** Bounds on a gradient, as Keras 3 sets them. */
import * as tf from '@tensorflow/tfjs';
import type { WeightPlace } from '../network.ts';

export interface Clip {
  /** `value`: each value; `norm`: each weight's gradient by its length; `global-norm`: by that of all. */
  readonly by: 'value' | 'norm' | 'global-norm';
  /** Above 0. */
  readonly limit: number;
}

/**
 * @param gradient  `[trainable values]`.
 * @param places    of the trainable weights in it, without gaps.
 * @returns the same shape; the caller disposes.
 * @see Pascanu, Mikolov and Bengio 2012, arXiv:1211.5063, algorithm 1
 */
export function clipGradient(
  gradient: tf.Tensor1D,
  { by, limit }: Clip,
  places: readonly WeightPlace[],
): tf.Tensor1D {
  return tf.tidy(() => {
    if (by === 'value') return tf.clipByValue(gradient, -limit, limit);
    if (by === 'global-norm') return shorten(gradient, limit);
    const sizes = places.map(({ size }) => size);
    return tf.concat1d(tf.split<tf.Tensor1D>(gradient, sizes).map((part) => shorten(part, limit)));
  });
}

/** To a length of `limit` where it is longer. */
function shorten(vector: tf.Tensor1D, limit: number): tf.Tensor1D {
  const length = tf.sqrt(tf.sum(tf.square(vector)));
  return tf.mul(vector, tf.div(limit, tf.maximum(length, limit)));
}
