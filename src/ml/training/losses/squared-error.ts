import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss.ts';

/**
 * (1/K) Σₖ (pₖ − tₖ)² over the K classes: Brier's score, but for the mean.
 *
 * @see Brier 1950, "Verification of forecasts expressed in terms of probability"
 */
export const squaredError: Loss = {
  value: ({ p }, targets) => tf.mean(tf.squaredDifference(p, targets), 1),
  slope: ({ p }, targets) => tf.mul(tf.mul(tf.sub(p, targets), p), 2 / p.shape[1]),
};
