/** Adagrad, as Keras 3 computes it. */
import * as tf from '@tensorflow/tfjs';
import type { Optimizer, OptimizerState, OptimizerStep } from './optimizer.ts';
import { Slots } from './slots.ts';

export interface AdagradOptions {
  /** What the sum of squares starts from, at least 0. @default 0.1 */
  readonly initialAccumulator?: number | undefined;
  /** @default 1e-7 */
  readonly epsilon?: number | undefined;
}

/**
 * s ← s + g², θ ← θ − ηg / √(s + ε).
 *
 * @see Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and
 * stochastic optimization", JMLR 12
 */
export class Adagrad implements Optimizer {
  readonly #epsilon: number;
  readonly #slots: Slots<'squares'>;

  /** @param values  number of parameters. */
  constructor(values: number, { initialAccumulator = 0.1, epsilon = 1e-7 }: AdagradOptions) {
    this.#epsilon = epsilon;
    this.#slots = new Slots(values, { squares: initialAccumulator });
  }

  step({ parameters, gradient, learningRate }: OptimizerStep): tf.Tensor1D {
    return tf.tidy(() => {
      const squares = tf.add(this.#slots.get('squares'), tf.square(gradient));
      this.#slots.set('squares', squares);
      const root = tf.sqrt(tf.add(squares, this.#epsilon));
      return tf.sub(parameters, tf.div(tf.mul(gradient, learningRate), root));
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
