/** What an optimizer must do, so that training can stop and go on at any step. */
import type * as tf from '@tensorflow/tfjs';

/** Everything that a step changes; restoring it continues bit for bit. */
export interface OptimizerState {
  readonly scalars: Readonly<Record<string, number>>;
  /** Each `[values]`, float32. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

export interface Optimizer {
  readonly learningRate: number;

  /**
   * One update.
   *
   * @param parameters  `[values]`; stays the caller's.
   * @param gradient    `[values]`; stays the caller's.
   * @returns the new parameters `[values]`; the caller disposes.
   */
  step(parameters: tf.Tensor1D, gradient: tf.Tensor1D): tf.Tensor1D;

  /** A copy. */
  state(): OptimizerState;

  /** @param state  of an optimizer of the same type and settings. */
  restore(state: OptimizerState): void;

  dispose(): void;
}
