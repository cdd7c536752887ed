import * as tf from '@tensorflow/tfjs';
import type { NormalizationBody } from '../../../layers/layer-spec.ts';
import type { LayerCall } from '../layer-call.ts';
import { maskTensor, type SequenceMask, tensorOfMask } from '../sequence-mask.ts';

/** Keras' defaults. */
const EPSILON = 1e-3;
const MOVING_MOMENTUM = 0.99;

interface Moments {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/**
 * Over the batch while training, with the moving statistics otherwise and where it is frozen.
 *
 * @see Ioffe and Szegedy 2015, arXiv:1502.03167
 */
export function normalizeBatch(call: LayerCall<NormalizationBody>): tf.Tensor {
  const { layer, x, weights, masks, training, index, updateStatistic } = call;
  const { epsilon = EPSILON } = layer;
  const [gamma, beta, movingMean, movingVariance] = weights as tf.Tensor1D[];
  if (!training || training.frozen?.has(index))
    return standardize(x, [movingMean, movingVariance, gamma, beta] as tf.Tensor[], epsilon);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance }: Moments = masks[0] ? maskedMoments(x, masks[0]) : tf.moments(x, axes);
  const move = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, MOVING_MOMENTUM), tf.mul(now, 1 - MOVING_MOMENTUM));
  updateStatistic(2, move(movingMean as tf.Tensor, mean));
  updateStatistic(3, move(movingVariance as tf.Tensor, variance));
  return standardize(x, [mean, variance, gamma as tf.Tensor, beta as tf.Tensor], epsilon);
}

/** Of the steps that are there. */
function maskedMoments(x: tf.Tensor, mask: SequenceMask): Moments {
  const there = tf.expandDims(maskTensor(mask), 2);
  const count = tensorOfMask(mask, [], (values) =>
    Float32Array.of(
      Math.max(
        1,
        values.reduce((sum, value) => sum + value, 0),
      ),
    ),
  );
  const mean = tf.div(tf.sum(tf.mul(x, there), [0, 1]), count);
  const squares = tf.mul(tf.square(tf.sub(x, mean)), there);
  return { mean, variance: tf.div(tf.sum(squares, [0, 1]), count) };
}

/**
 * Each row by the moments of its last axis, as one operation with a gradient of its own: with
 * n = (x − mean)/σ and d = dy·gamma, dx = (d − mean(d) − n·mean(d·n))/σ.
 *
 * @see Ba, Kiros and Hinton 2016, arXiv:1607.06450
 */
export function normalizeLayer({ layer, x, weights }: LayerCall<NormalizationBody>): tf.Tensor {
  const { epsilon = EPSILON } = layer;
  const normalize = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const [values, scale, shift] = given as tf.Tensor[];
    const centred = tf.sub(values as tf.Tensor, tf.mean(values as tf.Tensor, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normal = tf.mul(centred, inverse);
    save([normal, inverse, scale as tf.Tensor]);
    const value = tf.add(tf.mul(normal, scale as tf.Tensor), shift as tf.Tensor);
    return { value, gradFunc: differentiateLayer };
  });
  return normalize(x, ...weights);
}

function differentiateLayer(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [normal, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const rows = dy.shape.slice(0, -1).map((_, axis) => axis);
  const weighted = tf.mul(dy, normal);
  const d = tf.mul(dy, gamma);
  const spread = tf.mul(normal, tf.mean(tf.mul(d, normal), -1, true));
  const dx = tf.mul(tf.sub(tf.sub(d, tf.mean(d, -1, true)), spread), inverse);
  return [dx, tf.sum(weighted, rows), tf.sum(dy, rows)];
}

function standardize(x: tf.Tensor, statistics: readonly tf.Tensor[], epsilon: number): tf.Tensor {
  const [mean, variance, gamma, beta] = statistics as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma);
  return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
}
