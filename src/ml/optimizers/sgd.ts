/** Stochastic gradient descent with momentum, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface SgdOptions {
  /** μ in [0, 1). @default 0 */
  readonly momentum?: number | undefined;
  /** @default false */
  readonly nesterov?: boolean | undefined;
}

/**
 * Without momentum θ ← θ − ηg. With it u ← μu − ηg and θ ← θ + u; with Nesterov's look-ahead
 * θ ← θ + μu − ηg, u being the new one.
 *
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum", ICML
 */
export class Sgd implements Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  /** u; empty without momentum. */
  readonly #slots: Slots<'velocity'>;

  /** @param values  number of parameters. */
  constructor(values: number, { momentum = 0, nesterov = false }: SgdOptions) {
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#slots = new Slots(momentum > 0 ? values : 0, { velocity: 0 });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    return tf.tidy(() => {
      const descent = tf.mul(gradient, learningRate);
      if (this.#momentum === 0) return tf.sub(parameters, descent);
      const velocity = tf.sub(tf.mul(this.#slots.get('velocity'), this.#momentum), descent);
      this.#slots.set('velocity', velocity);
      if (!this.#nesterov) return tf.add(parameters, velocity);
      return tf.sub(tf.add(parameters, tf.mul(velocity, this.#momentum)), descent);
    });
  }

  state(): OptimizerState {
    return { scalars: {}, vectors: this.#slots.snapshot() };
  }

  restore({ vectors }: OptimizerState): void {
    this.#slots.restore(vectors);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
