/** The forward computation of each layer type, as a function of its input and weights. */
import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../model.ts';
import { CounterRandom } from '../random.ts';
import { activate } from './activations.ts';

/** Keras' defaults. */
const NORMALIZATION_EPSILON = 1e-3;
const MOVING_MOMENTUM = 0.99;

/** What a layer does only while training. */
export interface TrainingMode {
  readonly seed: number;
  /** Optimizer steps done before this one; dropout masks are a function of it. */
  readonly step: number;
}

export interface LayerCall {
  readonly layer: LayerSpec;
  /** Position in the architecture, from 0. */
  readonly index: number;
  /** `[rows, ...inputShape]`. */
  readonly x: tf.Tensor;
  /** In the order of `LayerShape.weights`. */
  readonly weights: readonly tf.Tensor[];
  readonly training: TrainingMode | undefined;
  /** Receives the new value of the moving statistics `weights[position]`. */
  readonly updateStatistic: (position: number, value: tf.Tensor) => void;
}

/** @returns `[rows, ...outputShape]`; may be `x` itself. Call inside `tf.tidy`. */
export function applyLayer(call: LayerCall): tf.Tensor {
  const { layer, x } = call;
  switch (layer.type) {
    case 'dense':
      return activate(
        weigh(call, (kernel) => tf.matMul(x, kernel)),
        layer.activation,
      );
    case 'conv2d': {
      const convolve = (kernel: tf.Tensor): tf.Tensor =>
        tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, layer.strides, layer.padding);
      return activate(weigh(call, convolve), layer.activation);
    }
    case 'maxPooling2d':
      return tf.maxPool(x as tf.Tensor4D, layer.poolSize, layer.poolSize, 'valid');
    case 'averagePooling2d':
      return tf.avgPool(x as tf.Tensor4D, layer.poolSize, layer.poolSize, 'valid');
    case 'globalAveragePooling2d':
      return tf.mean(x, [1, 2]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'activation':
      return activate(x, layer.activation);
    case 'dropout':
      return drop(call, layer.rate);
    case 'batchNormalization':
      return normalizeBatch(call);
    case 'layerNormalization':
      return normalizeLayer(call);
  }
}

function weigh(call: LayerCall, multiply: (kernel: tf.Tensor) => tf.Tensor): tf.Tensor {
  const [kernel, bias] = call.weights as [tf.Tensor, tf.Tensor];
  return tf.add(multiply(kernel), bias);
}

/**
 * Inverted dropout. The mask is a function of seed, layer and step, so that a resumed run drops
 * what the undisturbed one did.
 *
 * @see Srivastava et al. 2014, "Dropout", JMLR 15
 */
function drop({ x, index, training }: LayerCall, rate: number): tf.Tensor {
  if (!training || rate === 0) return x;
  const { seed, step } = training;
  const random = new CounterRandom({ seed, stream: `dropout:${index}`, step });
  const threshold = rate * 2 ** 32;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(x.size);
  for (let at = 0; at < mask.length; at += 1) {
    mask[at] = random.uint32() < threshold ? 0 : scale;
  }
  return tf.mul(x, tf.tensor(mask, x.shape));
}

/**
 * Over the batch while training, with the moving statistics otherwise.
 *
 * @see Ioffe and Szegedy 2015, arXiv:1502.03167
 */
function normalizeBatch({ x, weights, training, updateStatistic }: LayerCall): tf.Tensor {
  const [gamma, beta, movingMean, movingVariance] = weights as tf.Tensor1D[];
  if (!training) return standardize(x, [movingMean, movingVariance, gamma, beta] as tf.Tensor[]);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const { mean, variance } = tf.moments(x, axes);
  const move = (old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(old, MOVING_MOMENTUM), tf.mul(now, 1 - MOVING_MOMENTUM));
  updateStatistic(2, move(movingMean as tf.Tensor, mean));
  updateStatistic(3, move(movingVariance as tf.Tensor, variance));
  return standardize(x, [mean, variance, gamma as tf.Tensor, beta as tf.Tensor]);
}

/** Each row by the moments of its last axis. @see Ba, Kiros and Hinton 2016, arXiv:1607.06450 */
function normalizeLayer({ x, weights }: LayerCall): tf.Tensor {
  const [gamma, beta] = weights as [tf.Tensor, tf.Tensor];
  const { mean, variance } = tf.moments(x, -1, true);
  return standardize(x, [mean, variance, gamma, beta]);
}

function standardize(x: tf.Tensor, statistics: readonly tf.Tensor[]): tf.Tensor {
  const [mean, variance, gamma, beta] = statistics as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const scale = tf.mul(tf.rsqrt(tf.add(variance, NORMALIZATION_EPSILON)), gamma);
  return tf.add(tf.mul(tf.sub(x, mean), scale), beta);
}
