/** Which parameters weight decay and penalties pull towards 0. */
import type { WeightPlace } from '../network.ts';

const SHIFT_OR_SCALE = /(bias|gamma|beta)$/i;

/**
 * Kernels and embeddings decay. Biases, and the scales and shifts of normalisation, do not: they
 * are few, and pulling them to 0 limits what a layer can express without making it simpler. They
 * are known by their name, and by having one axis.
 *
 * @param places  of the trainable weights, without gaps.
 * @returns `[trainable values]`: 1 where a value decays, else 0.
 */
export function decayingValues(places: readonly WeightPlace[]): Float32Array {
  const values = places.reduce((sum, { size }) => sum + size, 0);
  const decays = new Float32Array(values);
  for (const { name, shape, offset, size } of places) {
    const isExempt = shape.length < 2 || SHIFT_OR_SCALE.test(name);
    if (!isExempt) decays.fill(1, offset, offset + size);
  }
  return decays;
}
