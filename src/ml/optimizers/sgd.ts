/** Stochastic gradient descent with momentum, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState } from './optimizer.ts';

export interface SgdOptions {
  /** @default 0.01 */
  readonly learningRate?: number | undefined;
  /** 0 for none. */
  readonly momentum: number;
  readonly nesterov: boolean;
}

/**
 * Without momentum θ ← θ − ηg. With it u ← μu − ηg and θ ← θ + u; with Nesterov's look-ahead
 * θ ← θ + μu − ηg, u being the new one.
 *
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum", ICML
 */
export class Sgd implements Optimizer {
  readonly learningRate: number;
  readonly #momentum: number;
  readonly #nesterov: boolean;
  /** u; empty without momentum. */
  #velocity: tf.Tensor1D;

  /** @param values  number of parameters. */
  constructor(values: number, { learningRate = 0.01, momentum, nesterov }: SgdOptions) {
    this.learningRate = learningRate;
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#velocity = tf.keep(tf.zeros([momentum > 0 ? values : 0]));
  }

  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D): tf.Tensor1D {
    return tf.tidy(() => {
      const descent = tf.mul(gradient, this.learningRate);
      if (this.#momentum === 0) return tf.sub(parameters, descent);
      const velocity = tf.sub<tf.Tensor1D>(tf.mul(this.#velocity, this.#momentum), descent);
      this.#replace(velocity);
      if (!this.#nesterov) return tf.add(parameters, velocity);
      return tf.sub(tf.add(parameters, tf.mul(velocity, this.#momentum)), descent);
    });
  }

  state(): OptimizerState {
    return { scalars: {}, vectors: { velocity: this.#velocity.dataSync<'float32'>().slice() } };
  }

  restore({ vectors }: OptimizerState): void {
    this.#replace(tf.tensor1d(vectors['velocity'] as Float32Array));
  }

  dispose(): void {
    this.#velocity.dispose();
  }

  #replace(velocity: tf.Tensor1D): void {
    this.dispose();
    this.#velocity = tf.keep(velocity);
  }
}
