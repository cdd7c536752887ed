import * as tf from '@tensorflow/tfjs';
import type { DenseBody } from '../../../layers/layer-spec.ts';
import { activate } from '../activations.ts';
import type { LayerCall } from '../layer-call.ts';

/** On the last axis, whatever comes before it. */
export function applyDense({ layer, x, weights }: LayerCall<DenseBody>): tf.Tensor {
  const [kernel, bias] = weights as [tf.Tensor2D, tf.Tensor1D];
  return activate(tf.add(multiplyLast(x, kernel), bias), layer.activation);
}

/**
 * x·kernel as one product of matrices.
 *
 * @param x       `[..., from]`.
 * @param kernel  `[from, to]`.
 * @returns `[..., to]`.
 */
export function multiplyLast(x: tf.Tensor, kernel: tf.Tensor2D): tf.Tensor {
  if (x.rank === 2) return tf.matMul(x, kernel);
  const flat = tf.reshape(x, [-1, kernel.shape[0]]);
  return tf.reshape(tf.matMul(flat, kernel), [...x.shape.slice(0, -1), kernel.shape[1]]);
}
