import * as tf from '@tensorflow/tfjs';
import type { Loss, Probabilities } from './loss.ts';

export interface FocalOptions {
  /** γ: how much less rows count that are right already, at least 0. */
  readonly gamma: number;
  /** α: a factor on all of it, above 0. */
  readonly alpha: number;
}

/** Keeps powers of 1 − p below 0 finite; what they are multiplied by is 0 there. */
const SMALLEST = 1e-12;

/**
 * −α Σₖ tₖ (1 − pₖ)^γ log pₖ; Keras' `CategoricalFocalCrossentropy`.
 *
 * @see Lin et al. 2017, arXiv:1708.02002, eq. 5
 */
export function focal({ gamma, alpha }: FocalOptions): Loss {
  // −expm1(log p) is 1 − p without cancellation.
  const rest = ({ log }: Probabilities): tf.Tensor => tf.maximum(tf.neg(tf.expm1(log)), SMALLEST);
  return {
    value: (probabilities, targets) => {
      const weighted = tf.mul(tf.pow(rest(probabilities), gamma), probabilities.log);
      return tf.mul(tf.sum(tf.mul(targets, weighted), 1), -alpha);
    },
    slope: (probabilities, targets) => {
      const { p, log } = probabilities;
      const left = rest(probabilities);
      const falling = tf.mul(tf.mul(tf.pow(left, gamma - 1), gamma), tf.mul(p, log));
      const perClass = tf.sub(falling, tf.pow(left, gamma));
      return tf.mul(tf.mul(targets, perClass), alpha);
    },
  };
}
