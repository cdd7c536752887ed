/** Adadelta, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface AdadeltaOptions {
  /** ρ. @default 0.95 */
  readonly rho?: number | undefined;
  /** @default 1e-7 */
  readonly epsilon?: number | undefined;
}

/**
 * s ← ρs + (1 − ρ)g², Δ = −√(d + ε) / √(s + ε) · g, d ← ρd + (1 − ρ)Δ², θ ← θ + ηΔ.
 *
 * The paper has no η: 1 is the method as written there.
 *
 * @see Zeiler 2012, arXiv:1212.5701, algorithm 1
 */
export class Adadelta implements Optimizer {
  readonly #rho: number;
  readonly #epsilon: number;
  readonly #slots: Slots<'squares' | 'deltas'>;

  /** @param values  number of parameters. */
  constructor(values: number, { rho = 0.95, epsilon = 1e-7 }: AdadeltaOptions) {
    this.#rho = rho;
    this.#epsilon = epsilon;
    this.#slots = new Slots(values, { squares: 0, deltas: 0 });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    return tf.tidy(() => {
      const squares = this.#mean('squares', gradient);
      const root = (mean: tf.Tensor) => tf.sqrt(tf.add(mean, this.#epsilon));
      const delta = tf.div(tf.mul(root(this.#slots.get('deltas')), gradient), root(squares));
      this.#slots.set('squares', squares);
      this.#slots.set('deltas', this.#mean('deltas', delta));
      return tf.sub(parameters, tf.mul(delta, learningRate));
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

  /** The running mean of squares with one value more. */
  #mean(name: 'squares' | 'deltas', value: tf.Tensor): tf.Tensor {
    const old = tf.mul(this.#slots.get(name), this.#rho);
    return tf.add(old, tf.mul(tf.square(value), 1 - this.#rho));
  }
}
