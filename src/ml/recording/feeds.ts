/** Tensors that a pass is given from outside, beside the weights. */
import * as tf from '@tensorflow/tfjs';

/** All that differs from one pass to the next, but for the weights. */
export interface PassData {
  readonly rows: number;
  /** `[rows, width]`. */
  readonly x: Float32Array;
  /** `[rows]`, class indices; of texts `[rows · places]`. */
  readonly labels: Int32Array;
  /** Passes done before this one; dropout masks are a function of it. */
  readonly step: number;
}

export type FeedValues = (pass: PassData) => Float32Array | Int32Array;

export interface Feeds {
  /** Of the pass that is computed now. */
  readonly pass: PassData;
  /**
   * What is computed now is recorded and computed again for other passes: no decision may rest on
   * the values of this one.
   */
  readonly isRecorded: boolean;

  /**
   * @param valuesOf  a function of the pass alone: of a recorded pass it is asked for each later one.
   * @returns int32 where the values are, else float32; belongs to the open `tf.tidy`.
   */
  tensor(shape: readonly number[], valuesOf: FeedValues): tf.Tensor;
}

/** For a pass that is computed once, operation by operation. */
export function feedsOf(pass: PassData): Feeds {
  return {
    pass,
    isRecorded: false,
    tensor: (shape, valuesOf) => tensorOf(valuesOf(pass), shape),
  };
}

export const tensorOf = (values: Float32Array | Int32Array, shape: readonly number[]): tf.Tensor =>
  tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');
