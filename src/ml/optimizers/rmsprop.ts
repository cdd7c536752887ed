/** RMSProp, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface RmspropOptions {
  /** ρ. @default 0.9 */
  readonly rho?: number | undefined;
  /** μ in [0, 1). @default 0 */
  readonly momentum?: number | undefined;
  /** @default 1e-7 */
  readonly epsilon?: number | undefined;
  /** Divide by the variance instead of the mean square. @default false */
  readonly centered?: boolean | undefined;
}

/**
 * v ← ρv + (1 − ρ)g² and d = ηg / √(v + ε); centred, a ← ρa + (1 − ρ)g and v − a² stands for v.
 * θ ← θ − d; with momentum u ← μu + d and θ ← θ − u.
 *
 * @see Tieleman and Hinton 2012, "Neural networks for machine learning", lecture 6.5; centred and
 * with momentum: Graves 2013, arXiv:1308.0850, eq. 38 to 45
 */
export class Rmsprop implements Optimizer {
  readonly #rho: number;
  readonly #momentum: number;
  readonly #epsilon: number;
  readonly #centered: boolean;
  readonly #squares: Slots<'squares'>;
  /** Empty unless centred. */
  readonly #means: Slots<'means'>;
  /** u; empty without momentum. */
  readonly #velocity: Slots<'velocity'>;

  /** @param values  number of parameters. */
  constructor(values: number, options: RmspropOptions) {
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
    this.#rho = rho;
    this.#momentum = momentum;
    this.#epsilon = epsilon;
    this.#centered = centered;
    this.#squares = new Slots(values, { squares: 0 });
    this.#means = new Slots(centered ? values : 0, { means: 0 });
    this.#velocity = new Slots(momentum > 0 ? values : 0, { velocity: 0 });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    return tf.tidy(() => {
      const squares = this.#running(this.#squares.get('squares'), tf.square(gradient));
      this.#squares.set('squares', squares);
      const spread = this.#centered
        ? tf.sub(squares, tf.square(this.#meanWith(gradient)))
        : squares;
      const root = tf.sqrt(tf.add(spread, this.#epsilon));
      const descent = tf.div(tf.mul(gradient, learningRate), root);
      if (this.#momentum === 0) return tf.sub(parameters, descent);
      const old = tf.mul(this.#velocity.get('velocity'), this.#momentum);
      const velocity = tf.add(old, descent);
      this.#velocity.set('velocity', velocity);
      return tf.sub(parameters, velocity);
    });
  }

  state(): OptimizerState {
    const vectors = {
      ...this.#squares.snapshot(),
      ...this.#means.snapshot(),
      ...this.#velocity.snapshot(),
    };
    return { scalars: {}, vectors };
  }

  restore({ vectors }: OptimizerState): void {
    for (const slot of [this.#squares, this.#means, this.#velocity]) slot.restore(vectors);
  }

  dispose(): void {
    for (const slot of [this.#squares, this.#means, this.#velocity]) slot.dispose();
  }

  #meanWith(gradient: tf.Tensor): tf.Tensor {
    const mean = this.#running(this.#means.get('means'), gradient);
    this.#means.set('means', mean);
    return mean;
  }

  #running(old: tf.Tensor, value: tf.Tensor): tf.Tensor {
    return tf.add(tf.mul(old, this.#rho), tf.mul(value, 1 - this.#rho));
  }
}
