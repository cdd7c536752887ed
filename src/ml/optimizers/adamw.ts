/** Adam with decoupled weight decay, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import { Adam, type AdamOptions } from './adam.ts';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';

export interface AdamWOptions extends AdamOptions {
  /** λ, at least 0. @default 0.004 */
  readonly weightDecay?: number | undefined;
}

/**
 * θ ← θ − ηλ d⊙θ, then Adam's step, d being 1 where a value decays and 0 elsewhere.
 *
 * The decay follows the learning rate through its schedule, and never enters m and v.
 *
 * @see Loshchilov and Hutter 2017, arXiv:1711.05101, algorithm 2
 */
export class AdamW implements Optimizer {
  readonly #adam: Adam;
  readonly #weightDecay: number;
  /** d. */
  readonly #decays: tf.Tensor1D;

  /** @param decays  `[values]`, 1 where a value decays, else 0. */
  constructor(decays: Float32Array, { weightDecay = 0.004, ...options }: AdamWOptions) {
    this.#adam = new Adam(decays.length, options);
    this.#weightDecay = weightDecay;
    this.#decays = tf.keep(tf.tensor1d(decays));
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    return tf.tidy(() => {
      const decayed = tf.mul(tf.mul(parameters, this.#decays), this.#weightDecay * learningRate);
      const kept = tf.sub<tf.Tensor1D>(parameters, decayed);
      return this.#adam.step({ parameters: kept, gradient, learningRate });
    });
  }

  state(): OptimizerState {
    return this.#adam.state();
  }

  restore(state: OptimizerState): void {
    this.#adam.restore(state);
  }

  dispose(): void {
    this.#adam.dispose();
    this.#decays.dispose();
  }
}
