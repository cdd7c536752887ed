/** The vectors that an optimizer carries from step to step. */
import * as tf from '@tensorflow/tfjs';

/** Owns one tensor `[values]` for each name. */
export class Slots<Name extends string> {
  readonly #tensors = new Map<string, tf.Tensor1D>();

  /** @param starts  what each vector is filled with at first. */
  constructor(values: number, starts: Readonly<Record<Name, number>>) {
    for (const [name, start] of Object.entries<number>(starts)) {
      this.#tensors.set(name, tf.keep(tf.fill([values], start)));
    }
  }

  /** Owned by the slots. */
  get(name: Name): tf.Tensor1D {
    return this.#tensors.get(name) as tf.Tensor1D;
  }

  /** Takes ownership, also of a tensor made in an open `tf.tidy`; disposes the old one. */
  set(name: Name, tensor: tf.Tensor): void {
    this.#tensors.get(name)?.dispose();
    this.#tensors.set(name, tf.keep(tensor as tf.Tensor1D));
  }

  /** Copies. */
  snapshot(): Record<string, Float32Array> {
    const entries = [...this.#tensors].map(
      ([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()] as const,
    );
    return Object.fromEntries(entries);
  }

  restore(vectors: Readonly<Record<string, Float32Array>>): void {
    for (const name of this.#tensors.keys()) {
      this.set(name as Name, tf.tensor1d(vectors[name] as Float32Array));
    }
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
  }
}
