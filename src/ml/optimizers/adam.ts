/** Adam, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState } from './optimizer.ts';

export interface AdamOptions {
  /** @default 0.001 */
  readonly learningRate?: number | undefined;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂),
 * θ ← θ − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
 *
 * As in Keras ε is added to the uncorrected √v ("epsilon hat" of the paper). The powers βᵗ are
 * state, not recomputed: that is what makes a resumed run exact.
 *
 * @see Kingma and Ba 2014, arXiv:1412.6980, end of section 2
 */
export class Adam implements Optimizer {
  readonly learningRate: number;
  readonly #options: AdamOptions;
  #beta1Power = 1;
  #beta2Power = 1;
  #m: tf.Tensor1D;
  #v: tf.Tensor1D;

  /** @param values  number of parameters. */
  constructor(values: number, options: AdamOptions) {
    this.learningRate = options.learningRate ?? 0.001;
    this.#options = options;
    this.#m = tf.keep(tf.zeros([values]));
    this.#v = tf.keep(tf.zeros([values]));
  }

  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D): tf.Tensor1D {
    const { beta1, beta2, epsilon } = this.#options;
    this.#beta1Power *= beta1;
    this.#beta2Power *= beta2;
    const rate = (this.learningRate * Math.sqrt(1 - this.#beta2Power)) / (1 - this.#beta1Power);
    return tf.tidy(() => {
      const m = tf.add(this.#m, tf.mul(tf.sub(gradient, this.#m), 1 - beta1));
      const v = tf.add(this.#v, tf.mul(tf.sub(tf.square(gradient), this.#v), 1 - beta2));
      this.#replace(m as tf.Tensor1D, v as tf.Tensor1D);
      return tf.sub(parameters, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon)));
    });
  }

  state(): OptimizerState {
    return {
      scalars: { beta1Power: this.#beta1Power, beta2Power: this.#beta2Power },
      vectors: {
        m: this.#m.dataSync<'float32'>().slice(),
        v: this.#v.dataSync<'float32'>().slice(),
      },
    };
  }

  restore({ scalars, vectors }: OptimizerState): void {
    this.#beta1Power = scalars['beta1Power'] as number;
    this.#beta2Power = scalars['beta2Power'] as number;
    this.#replace(
      tf.tensor1d(vectors['m'] as Float32Array),
      tf.tensor1d(vectors['v'] as Float32Array),
    );
  }

  dispose(): void {
    this.#m.dispose();
    this.#v.dispose();
  }

  #replace(m: tf.Tensor1D, v: tf.Tensor1D): void {
    this.dispose();
    this.#m = tf.keep(m);
    this.#v = tf.keep(v);
  }
}
