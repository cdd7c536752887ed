import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss.ts';

/** −Σₖ tₖ log pₖ, in nats. */
export const crossEntropy: Loss = {
  value: ({ log }, targets) => tf.neg(tf.sum(tf.mul(log, targets), 1)),
  slope: (_, targets) => tf.neg(targets),
};
