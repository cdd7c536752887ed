import { gaussLegendre } from './gauss-legendre.ts';
import {
  additivityError,
  classProbabilities,
  type Attribution,
  type ModelFunction,
} from './model-function.ts';

/**
 * Gradient of one class's probability with respect to each encoded value.
 *
 * @param x  `[rows, values]`.
 * @returns `[rows, values]`.
 */
export type GradientFunction = (
  x: Float32Array,
  rows: number,
  classIndex: number,
) => Promise<Float32Array | Float64Array>;

export interface IntegratedGradientsOptions {
  readonly model: ModelFunction;
  readonly gradient: GradientFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  /** `[values]`. @default all zeros */
  readonly baseline?: Float32Array | undefined;
  readonly classIndex: number;
  /** Gauss–Legendre nodes to begin with. */
  readonly steps: number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** Completeness error up to which an explanation counts as reliable, in probability. */
export const COMPLETENESS_TOLERANCE = 1e-3;
const LARGEST_STEPS = 400;

/** Values given to the gradient at once: 4 MiB of float32; a gradient keeps all activations. */
const VALUES_AT_ONCE = 2 ** 20;

/**
 * Integrated gradients along the straight line from the baseline to the row:
 * (xᵢ − x′ᵢ) ∫₀¹ ∂p/∂xᵢ(x′ + t (x − x′)) dt, by Gauss–Legendre quadrature. The nodes are doubled,
 * up to 400, while |Σ attributions − (p(x) − p(x′))| is above 1e-3; the error of the last round
 * is returned whatever it is.
 *
 * @see Sundararajan, Taly and Yan 2017, Axiomatic Attribution for Deep Networks,
 * arXiv:1703.01365, eq. 1
 */
export async function integratedGradients(
  options: IntegratedGradientsOptions,
): Promise<Attribution & { readonly steps: number }> {
  const { row, model, classIndex } = options;
  const baseline = options.baseline ?? new Float32Array(row.length);
  const ends = new Float32Array(2 * row.length);
  ends.set(row);
  ends.set(baseline, row.length);
  const [output, baseOutput] = (await classProbabilities(
    model,
    { x: ends, rows: 2 },
    classIndex,
  )) as unknown as [number, number];
  let evaluations = 2;
  for (let steps = options.steps; ; steps = Math.min(2 * steps, LARGEST_STEPS)) {
    const mean = await meanGradient(options, baseline, steps);
    evaluations += steps;
    const attributions = mean.map((value, index) => value * (row[index]! - baseline[index]!));
    const error = additivityError(attributions, output, baseOutput);
    if (error <= COMPLETENESS_TOLERANCE || steps >= LARGEST_STEPS) {
      return { attributions, output, baseOutput, error, evaluations, steps };
    }
  }
}

/** `[values]`: the integral of the gradient over the line, in float64. */
async function meanGradient(
  { row, gradient, classIndex, onBatch }: IntegratedGradientsOptions,
  baseline: Float32Array,
  steps: number,
): Promise<Float64Array> {
  const { nodes, weights } = gaussLegendre(steps);
  const sum = new Float64Array(row.length);
  const atOnce = Math.max(1, Math.floor(VALUES_AT_ONCE / row.length));
  for (let first = 0; first < steps; first += atOnce) {
    onBatch?.();
    const part = nodes.subarray(first, first + atOnce);
    const gradients = await gradient(pointsBetween(baseline, row, part), part.length, classIndex);
    for (let step = 0; step < part.length; step += 1) {
      // Weights sum to 2 over [−1, 1].
      const weight = weights[first + step]! / 2;
      const offset = step * row.length;
      for (let index = 0; index < row.length; index += 1) {
        sum[index]! += weight * gradients[offset + index]!;
      }
    }
  }
  return sum;
}

/** `[nodes, values]`: points at t = (node + 1) / 2 of the way. */
function pointsBetween(from: Float32Array, to: Float32Array, nodes: Float64Array): Float32Array {
  const points = new Float32Array(nodes.length * to.length);
  nodes.forEach((node, step) => {
    const t = (node + 1) / 2;
    for (let index = 0; index < to.length; index += 1) {
      points[step * to.length + index] = from[index]! + t * (to[index]! - from[index]!);
    }
  });
  return points;
}
