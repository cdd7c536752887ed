/** Pooling over the steps of sequences. */
import * as tf from '@tensorflow/tfjs';
import { maskTensor, type MaybeMask } from '../sequence-mask.ts';

/** As a picture of width 1. @returns `[rows, ⌊steps / poolSize⌋, features]`. */
export function pool1d(
  x: tf.Tensor3D,
  poolSize: number,
  pool: typeof tf.maxPool | typeof tf.avgPool,
): tf.Tensor {
  const window: [number, number] = [poolSize, 1];
  return tf.squeeze(pool(tf.expandDims<tf.Tensor4D>(x, 2), window, window, 'valid'), [2]);
}

/** The mean over the steps that are there; 0 for a row without any. */
export function averageSteps(x: tf.Tensor3D, mask: MaybeMask): tf.Tensor {
  if (!mask) return tf.mean(x, 1);
  const there = maskTensor(mask);
  const count = tf.maximum(tf.sum(there, 1, true), 1);
  return tf.div(tf.sum(tf.mul(x, tf.expandDims(there, 2)), 1), count);
}

/** Below every value that a layer gives, and far from float32's limit. */
const BELOW_ALL = -1e30;

/** The largest over the steps that are there; 0 for a row without any. */
export function largestOfSteps(x: tf.Tensor3D, mask: MaybeMask): tf.Tensor {
  if (!mask) return tf.max(x, 1);
  const there = tf.expandDims(maskTensor(mask), 2);
  const hidden = tf.add(tf.mul(x, there), tf.mul(tf.sub(1, there), BELOW_ALL));
  return tf.mul(tf.max(hidden, 1), tf.max(there, 1));
}
