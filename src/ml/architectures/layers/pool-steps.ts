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
  // One formula, so that a row gives the same bits whether rows beside it have padding or not.
  if (!mask) return tf.div(tf.sum(x, 1), x.shape[1]);
  const there = maskTensor(mask);
  const count = tf.maximum(tf.sum(there, 1, true), 1);
  return tf.div(tf.sum(tf.mul(x, tf.expandDims(there, 2)), 1), count);
}

/** Below every value that a layer gives, and far from float32's limit. */
const BELOW_ALL = -1e30;

/** The largest over the steps that are there; 0 for a row without any. */
export function largestOfSteps(x: tf.Tensor3D, mask: MaybeMask): tf.Tensor {
  if (!mask) return largest(x);
  const there = tf.expandDims(maskTensor(mask), 2);
  const hidden = tf.add(tf.mul(x, there), tf.mul(tf.sub(1, there), BELOW_ALL));
  return tf.mul(largest(hidden as tf.Tensor3D), tf.max(there, 1));
}

/**
 * Over the steps. Equal steps, as a word that stands twice makes them, share the gradient; tfjs'
 * own gives each the whole of it.
 */
function largest(x: tf.Tensor3D): tf.Tensor {
  const max = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const values = given[0] as tf.Tensor;
    const value = tf.max(values, 1);
    save([values, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [steps, top]: tf.Tensor[]) => {
        const isTop = tf.cast(
          tf.equal(steps as tf.Tensor, tf.expandDims(top as tf.Tensor, 1)),
          'float32',
        );
        return tf.mul(tf.expandDims(dy, 1), tf.div(isTop, tf.sum(isTop, 1, true)));
      },
    };
  });
  return max(x);
}
