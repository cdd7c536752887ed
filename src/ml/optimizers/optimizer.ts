/** What an optimizer must do, so that training can stop and go on at any step. */
import type * as tf from '@tensorflow/tfjs';

/** Everything that a step changes; restoring it continues bit for bit. */
export interface OptimizerState {
  readonly scalars: Readonly<Record<string, number>>;
  /** Each `[values]`, float32. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** One step's inputs. */
export interface OptimizerStep {
  /** `[values]`; stays the caller's. */
  readonly parameters: tf.Tensor1D;
  /** `[values]`; stays the caller's. */
  readonly gradient: tf.Tensor1D;
  /** η of this step, above or at 0. */
  readonly learningRate: number;
}

export interface Optimizer {
  /**
   * One update.
   *
   * @returns the new parameters `[values]`; the caller disposes.
   */
  step(step: OptimizerStep): tf.Tensor1D;

  /** A copy. */
  state(): OptimizerState;

  /** @param state  of an optimizer of the same type and settings. */
  restore(state: OptimizerState): void;

  dispose(): void;
}
