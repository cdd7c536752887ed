/** The gradient of a step whose rows go through the network in several passes. */
import * as tf from '@tensorflow/tfjs';

/** Σ shareᵢ·gᵢ over the passes so far: the mean gradient of all rows once the shares sum to 1. */
export class GradientSum {
  #sum: tf.Tensor1D | null = null;

  /**
   * @param share  of the step's rows, in (0, 1]; 1 gives the gradient back as it is.
   * @returns the sum with this one, not kept yet.
   */
  add(gradient: tf.Tensor1D, share: number): tf.Tensor1D {
    const part = share === 1 ? gradient : tf.mul<tf.Tensor1D>(gradient, share);
    return this.#sum ? tf.add(this.#sum, part) : part;
  }

  /** Takes ownership, also of a tensor made in an open `tf.tidy`. */
  keep(sum: tf.Tensor1D): void {
    this.dispose();
    this.#sum = tf.keep(sum);
  }

  /** A copy; `null` between two steps. */
  snapshot(): Float32Array | null {
    return this.#sum?.dataSync<'float32'>().slice() ?? null;
  }

  restore(sum: Float32Array | null): void {
    this.dispose();
    this.#sum = sum && tf.tensor1d(sum);
  }

  dispose(): void {
    this.#sum?.dispose();
    this.#sum = null;
  }
}
