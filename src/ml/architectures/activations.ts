/** Activation functions, elementwise but for softmax, which works along the last axis. */
import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../model.ts';

/** @returns a new tensor, or `x` itself for `linear`. */
export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'tanh':
      return tf.tanh(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'elu':
      return tf.elu(x);
    case 'gelu':
      return gelu(x);
    case 'softmax':
      return tf.softmax(x);
  }
}

/**
 * x·Φ(x), the exact form.
 *
 * @see Hendrycks and Gimpel 2016, arXiv:1606.08415
 */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
