import type { GradientFunction } from './integrated-gradients.ts';

export interface SmoothGradOptions {
  readonly gradient: GradientFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  readonly classIndex: number;
  /** `[values]`: standard deviation of the noise on each. */
  readonly noise: Float64Array;
  /** At least one. */
  readonly samples: number;
  /** Standard normal draws, one a value of a copy, copy after copy. */
  readonly normal: () => number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** Values given to the model at once: 4 MiB of float32; a gradient keeps all activations. */
const VALUES_AT_ONCE = 2 ** 20;

/**
 * The mean gradient over copies of the row with normal noise, which takes out what the gradient
 * does from one point to the next.
 *
 * @returns `[values]`, signed.
 * @see Smilkov et al. 2017, SmoothGrad: removing noise by adding noise, arXiv:1706.03825
 */
export async function smoothGrad(options: SmoothGradOptions): Promise<Float64Array> {
  const { gradient, row, classIndex, noise, samples, normal, onBatch } = options;
  const mean = new Float64Array(row.length);
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / row.length));
  for (let first = 0; first < samples; first += atOnce) {
    onBatch?.();
    const count = Math.min(atOnce, samples - first);
    const points = Float32Array.from({ length: count * row.length }, (_, at) => {
      const value = at % row.length;
      return row[value]! + noise[value]! * normal();
    });
    const slopes = await gradient(points, count, classIndex);
    for (let at = 0; at < slopes.length; at += 1) {
      mean[at % row.length]! += slopes[at]! / samples;
    }
  }
  return mean;
}
