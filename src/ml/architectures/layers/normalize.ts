import * as tf from '@tensorflow/tfjs';
import type { LayerCall } from '../layer-call.ts';
import { maskTensor, type SequenceMask } from '../sequence-mask.ts';

/** Keras' defaults. */
const EPSILON = 1e-3;
const MOVING_MOMENTUM = 0.99;

interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/**
 * Over the batch while training, with the moving statistics otherwise.
 *
 * @see Ioffe and Szegedy 2015, arXiv:1502.03167
 */
export function normalizeBatch(call: LayerCall): tf.Tensor {
  const { x, weights, masks, training, updateStatistic } = call;
  const [gamma, beta, movingMean, movingVariance] = weights as tf.Tensor1D[];
  if (!training) return standardize(x, [movingMean, movingVariance, gamma, beta] as tf.Tensor[]);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance }: Moments = masks[0] ? maskedMoments(x, masks[0]) : tf.moments(x, axes);
  const move = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, MOVING_MOMENTUM), tf.mul(now, 1 - MOVING_MOMENTUM));
  updateStatistic(2, move(movingMean as tf.Tensor, mean));
  updateStatistic(3, move(movingVariance as tf.Tensor, variance));
  return standardize(x, [mean, variance, gamma as tf.Tensor, beta as tf.Tensor]);
}

/** Of the steps that are there. */
function maskedMoments(x: tf.Tensor, mask: SequenceMask): Moments {
  const there = tf.expandDims(maskTensor(mask), 2);
  const count = Math.max(
    1,
    mask.values.reduce((sum, value) => sum + value, 0),
  );
  const mean = tf.div(tf.sum(tf.mul(x, there), [0, 1]), count);
  const squares = tf.mul(tf.square(tf.sub(x, mean)), there);
  return { mean, variance: tf.div(tf.sum(squares, [0, 1]), count) };
}

/** Each row by the moments of its last axis. @see Ba, Kiros and Hinton 2016, arXiv:1607.06450 */
export function normalizeLayer({ x, weights }: LayerCall): tf.Tensor {
  const [gamma, beta] = weights as [tf.Tensor, tf.Tensor];
  const { mean, variance } = tf.moments(x, -1, true);
  return standardize(x, [mean, variance, gamma, beta]);
}

function standardize(x: tf.Tensor, statistics: readonly tf.Tensor[]): tf.Tensor {
  const [mean, variance, gamma, beta] = statistics as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const scale = tf.mul(tf.rsqrt(tf.add(variance, EPSILON)), gamma);
  return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
}
