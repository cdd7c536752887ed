/** A loss as a function of the classes' probabilities. */
import type * as tf from '@tensorflow/tfjs';

/** Of each row, `[rows, classes]`. */
export interface Probabilities {
  readonly p: tf.Tensor2D;
  readonly log: tf.Tensor2D;
}

/** `targets` are `[rows, classes]`, each row a distribution. Call inside `tf.tidy`. */
export interface Loss {
  /** L of each row, `[rows]`. */
  value(probabilities: Probabilities, targets: tf.Tensor2D): tf.Tensor1D;

  /**
   * ∂L/∂log pₖ, as if every pₖ could move alone, `[rows, classes]`: written so that it stays exact
   * where a probability underflows.
   */
  slope(probabilities: Probabilities, targets: tf.Tensor2D): tf.Tensor2D;
}
