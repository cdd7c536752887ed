/** Adamax, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface AdamaxOptions {
  /** @default 0.9 */
  readonly beta1?: number | undefined;
  /** @default 0.999 */
  readonly beta2?: number | undefined;
  /** @default 1e-7 */
  readonly epsilon?: number | undefined;
}

/**
 * Adam with the largest, decayed gradient for the root of the mean square:
 * m ← m + (g − m)(1 − β₁), u ← max(β₂u, |g|), θ ← θ − η m / ((1 − β₁ᵗ)(u + ε)).
 *
 * @see Kingma and Ba 2014, arXiv:1412.6980, algorithm 2
 */
export class Adamax implements Optimizer {
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #slots: Slots<'m' | 'u'>;
  #beta1Power = 1;

  /** @param values  number of parameters. */
  constructor(values: number, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamaxOptions) {
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
    this.#slots = new Slots(values, { m: 0, u: 0 });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    this.#beta1Power *= this.#beta1;
    return tf.tidy(() => {
      const oldM = this.#slots.get('m');
      const m = tf.add(oldM, tf.mul(tf.sub(gradient, oldM), 1 - this.#beta1));
      const u = tf.maximum(tf.mul(this.#slots.get('u'), this.#beta2), tf.abs(gradient));
      this.#slots.set('m', m);
      this.#slots.set('u', u);
      const rate = learningRate / (1 - this.#beta1Power);
      return tf.sub(parameters, tf.div(tf.mul(m, rate), tf.add(u, this.#epsilon)));
    });
  }

  state(): OptimizerState {
    return { scalars: { beta1Power: this.#beta1Power }, vectors: this.#slots.snapshot() };
  }

  restore({ scalars, vectors }: OptimizerState): void {
    this.#beta1Power = scalars['beta1Power'] as number;
    this.#slots.restore(vectors);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
