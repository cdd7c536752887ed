/** Adam and AMSGrad, as Keras 3 computes them. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface AdamOptions {
  /** @default 0.9 */
  readonly beta1?: number | undefined;
  /** @default 0.999 */
  readonly beta2?: number | undefined;
  /** @default 1e-7 */
  readonly epsilon?: number | undefined;
  /** Divide by the largest v so far. @default false */
  readonly amsgrad?: boolean | undefined;
}

/**
 * m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂),
 * θ ← θ − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε); AMSGrad has the largest v so far for v.
 *
 * As in Keras ε is added to the uncorrected √v ("epsilon hat" of the paper). The powers βᵗ are
 * state, not recomputed: that is what makes a resumed run exact.
 *
 * @see Kingma and Ba 2014, arXiv:1412.6980, end of section 2
 * @see Reddi et al. 2018, "On the convergence of Adam and beyond", ICLR
 */
export class Adam implements Optimizer {
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #amsgrad: boolean;
  readonly #slots: Slots<'m' | 'v'>;
  /** The largest v; empty without AMSGrad. */
  readonly #largest: Slots<'largestV'>;
  #beta1Power = 1;
  #beta2Power = 1;

  /** @param values  number of parameters. */
  constructor(values: number, options: AdamOptions) {
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
    this.#amsgrad = amsgrad;
    this.#slots = new Slots(values, { m: 0, v: 0 });
    this.#largest = new Slots(amsgrad ? values : 0, { largestV: 0 });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    this.#beta1Power *= this.#beta1;
    this.#beta2Power *= this.#beta2;
    const rate = (learningRate * Math.sqrt(1 - this.#beta2Power)) / (1 - this.#beta1Power);
    return tf.tidy(() => {
      const [oldM, oldV] = [this.#slots.get('m'), this.#slots.get('v')];
      const m = tf.add(oldM, tf.mul(tf.sub(gradient, oldM), 1 - this.#beta1));
      const v = tf.add(oldV, tf.mul(tf.sub(tf.square(gradient), oldV), 1 - this.#beta2));
      this.#slots.set('m', m);
      this.#slots.set('v', v);
      const root = tf.sqrt(this.#amsgrad ? this.#largestWith(v) : v);
      return tf.sub(parameters, tf.div(tf.mul(m, rate), tf.add(root, this.#epsilon)));
    });
  }

  state(): OptimizerState {
    return {
      scalars: { beta1Power: this.#beta1Power, beta2Power: this.#beta2Power },
      vectors: { ...this.#slots.snapshot(), ...this.#largest.snapshot() },
    };
  }

  restore({ scalars, vectors }: OptimizerState): void {
    this.#beta1Power = scalars['beta1Power'] as number;
    this.#beta2Power = scalars['beta2Power'] as number;
    this.#slots.restore(vectors);
    this.#largest.restore(vectors);
  }

  dispose(): void {
    this.#slots.dispose();
    this.#largest.dispose();
  }

  #largestWith(v: tf.Tensor): tf.Tensor {
    const largest = tf.maximum(this.#largest.get('largestV'), v);
    this.#largest.set('largestV', largest);
    return largest;
  }
}
