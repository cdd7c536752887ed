import * as tf from '@tensorflow/tfjs';
import type { DenseBody } from '../../../layers/layer-spec.ts';
import { activate } from '../activations.ts';
import type { LayerCall } from '../layer-call.ts';
import { addBias } from './add-bias.ts';

/** On the last axis, whatever comes before it. */
export function applyDense({ layer, x, weights }: LayerCall<DenseBody>): tf.Tensor {
  const [kernel, bias] = weights as [tf.Tensor2D, tf.Tensor1D];
  return activate(transformLast(x, kernel, bias), layer.activation);
}

/**
 * x·kernel + bias as one product of matrices.
 *
 * @param x       `[..., from]`.
 * @param kernel  `[from, to]`.
 * @param bias    `[to]`.
 * @returns `[..., to]`.
 */
export function transformLast(x: tf.Tensor, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor {
  if (x.rank === 2) return addBias(tf.matMul(x, kernel), bias);
  const flat = tf.reshape(x, [-1, kernel.shape[0]]);
  const transformed = addBias(tf.matMul(flat, kernel), bias);
  return tf.reshape(transformed, [...x.shape.slice(0, -1), kernel.shape[1]]);
}
