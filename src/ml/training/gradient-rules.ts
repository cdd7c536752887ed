/** What becomes of a step's gradient before the optimizer sees it. */
import * as tf from '@tensorflow/tfjs';
import type { WeightPlace } from '../network.ts';
import { type Clip, clipGradient } from './clip-gradient.ts';
import { decayingValues } from './decaying.ts';

/** λ₁ Σ|w| + λ₂ Σw² over the values that decay, added to the loss; Keras' `L1L2` on kernels. */
export interface Regularization {
  readonly l1: number;
  readonly l2: number;
}

export interface GradientRuleOptions {
  readonly regularization?: Regularization | undefined;
  readonly clip?: Clip | undefined;
}

/** Adds the gradient of the penalty, then clips the sum, in Keras' order. */
export class GradientRules {
  readonly #places: readonly WeightPlace[];
  readonly #options: GradientRuleOptions;
  /** 1 where a value decays, else 0. */
  readonly #decays: tf.Tensor1D | null;

  /** @param places  of the trainable weights. */
  constructor(places: readonly WeightPlace[], options: GradientRuleOptions) {
    this.#places = places;
    this.#options = options;
    this.#decays = options.regularization ? tf.keep(tf.tensor1d(decayingValues(places))) : null;
  }

  /**
   * Call inside `tf.tidy`.
   *
   * @param trained  `[trainable values]`: 0 where a value is frozen, else 1; `null` where none is.
   */
  apply(
    gradient: tf.Tensor1D,
    parameters: tf.Tensor1D,
    trained: tf.Tensor1D | null = null,
  ): tf.Tensor1D {
    const { clip } = this.#options;
    const penalised = this.#penalise(gradient, parameters);
    // Before clipping: a penalty on frozen weights would shorten the steps of the others.
    const whole = trained ? tf.mul<tf.Tensor1D>(penalised, trained) : penalised;
    return clip ? clipGradient(whole, clip, this.#places) : whole;
  }

  dispose(): void {
    this.#decays?.dispose();
  }

  #penalise(gradient: tf.Tensor1D, parameters: tf.Tensor1D): tf.Tensor1D {
    const { regularization } = this.#options;
    if (!regularization || !this.#decays) return gradient;
    const { l1, l2 } = regularization;
    const weights = tf.mul(parameters, this.#decays);
    const slope = tf.add(tf.mul(tf.sign(weights), l1), tf.mul(weights, 2 * l2));
    return tf.add(gradient, slope);
  }
}
