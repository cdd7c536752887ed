import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss.ts';

/**
 * (1/K) Σₖ |pₖ − tₖ| over the K classes: bounded, so that a row with a wrong label cannot count for
 * more than a fixed amount.
 *
 * @see Ghosh, Kumar and Sastry 2017, arXiv:1712.09482
 */
export const absoluteError: Loss = {
  value: ({ p }, targets) => tf.mean(tf.abs(tf.sub(p, targets)), 1),
  slope: ({ p }, targets) => tf.mul(tf.mul(tf.sign(tf.sub(p, targets)), p), 1 / p.shape[1]),
};
