/** Where the weights of a network lie in the vectors that hold them. */
import * as tf from '@tensorflow/tfjs';
import { type LayerShape, productOf } from './architectures/infer-shapes.ts';

/** Where a weight's values lie within its vector, in values. */
export interface WeightPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly offset: number;
  readonly size: number;
}

/** In layer order. */
export function placeWeights(shapes: readonly LayerShape[]): WeightPlace[] {
  const next = { true: 0, false: 0 };
  return shapes
    .flatMap(({ weights }) => weights)
    .map(({ name, shape, trainable }) => {
      const size = productOf(shape);
      const offset = next[`${trainable}`];
      next[`${trainable}`] += size;
      return { name, shape, trainable, offset, size };
    });
}

/** @returns the pieces, one after the other, without a rest. */
export function splitVector(vector: tf.Tensor1D, sizes: number[]): tf.Tensor[] {
  // The gradient of tf.split fails where it gives one piece.
  if (sizes.length < 2) return sizes.map(() => vector);
  // A copy: the gradient tape holds the very array that tf.split returns.
  return [...tf.split(vector, sizes)];
}
