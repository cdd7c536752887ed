import { PipelineError } from '../../errors.ts';
import type { CounterRandom } from '../random.ts';
import { solvePositiveDefinite } from '../solve-positive-definite.ts';
import { coalitionValues, varyingFeatures, type CoalitionGame } from './coalition-values.ts';
import { chooseCoalitions, type WeightedCoalitions } from './kernel-shap-coalitions.ts';
import { additivityError, classProbabilities, type Attribution } from './model-function.ts';

export interface KernelShapOptions {
  /** Coalitions; at most 2^M − 2 are used. @default 2M + 2048, M the features that vary */
  readonly samples?: number | undefined;
  /** Draws coalitions where not all are enumerated. */
  readonly random: CounterRandom;
}

/**
 * Shapley values by weighted least squares over coalitions.
 *
 * Minimises Σ_z π(z) (v(z) − v(∅) − z·φ)² under Σφ = v(all) − v(∅), which eliminates the last
 * feature. Identity link, no l1 selection: the attributions are in probability and every varying
 * feature gets one. With all coalitions enumerated (M ≤ 11 by default) the result is exact.
 *
 * Every encoded value is a feature of its own, the values of a one-hot group too.
 *
 * @throws PipelineError `SPEC_INVALID` if so few samples were asked for that the attributions
 * are not determined.
 * @see Lundberg and Lee 2017, A Unified Approach to Interpreting Model Predictions,
 * arXiv:1705.07874, theorem 2
 */
export async function kernelShap(
  game: CoalitionGame,
  options: KernelShapOptions,
): Promise<Attribution> {
  const { background, row, model, classIndex } = game;
  const base = await classProbabilities(model, background, classIndex);
  const baseOutput = base.reduce((sum, value) => sum + value, 0) / background.rows;
  const output = (await classProbabilities(model, { x: row, rows: 1 }, classIndex))[0] as number;
  const features = varyingFeatures(row, background);
  const attributions = new Float64Array(background.values);
  let evaluations = background.rows + 1;
  if (features.length === 1) attributions[features[0] as number] = output - baseOutput;
  if (features.length > 1) {
    const samples = options.samples ?? 2 * features.length + 2048;
    const coalitions = chooseCoalitions(features, samples, options.random);
    const worth = await coalitionValues(game, coalitions);
    const solved = solveAttributions(coalitions, worth, output, baseOutput);
    features.forEach((value, index) => (attributions[value] = solved[index] as number));
    evaluations += coalitions.count * background.rows;
  }
  const error = additivityError(attributions, output, baseOutput);
  return { attributions, output, baseOutput, error, evaluations };
}

/**
 * The constrained weighted least squares, in float64.
 *
 * @param worth  `[count]`, v(z).
 * @returns `[features]`, summing to output − baseOutput.
 */
export function solveAttributions(
  coalitions: WeightedCoalitions,
  worth: Float64Array,
  output: number,
  baseOutput: number,
): number[] {
  const size = coalitions.features.length;
  const free = size - 1;
  const matrix = Array.from({ length: free }, () => new Float64Array(free));
  const right = new Float64Array(free);
  const design = new Float64Array(free);
  for (let index = 0; index < coalitions.count; index += 1) {
    const mask = coalitions.masks.subarray(index * size, (index + 1) * size);
    const last = mask[free] as number;
    const weight = coalitions.weights[index] as number;
    const target = (worth[index] as number) - baseOutput - last * (output - baseOutput);
    for (let i = 0; i < free; i += 1) design[i] = (mask[i] as number) - last;
    addRow(matrix, right, design, weight, target);
  }
  const solved = solvePositiveDefinite(matrix, right);
  if (solved === null) {
    throw new PipelineError(
      'SPEC_INVALID',
      `kernel-shap: ${coalitions.count} coalitions do not determine ${size} attributions`,
      { remedy: 'raise `samples`, or leave it out for 2·features + 2048' },
    );
  }
  return [...solved, output - baseOutput - solved.reduce((sum, value) => sum + value, 0)];
}

/** Adds w·d·dᵀ to the lower triangle and w·d·y to the right side. */
function addRow(
  matrix: readonly Float64Array[],
  right: Float64Array,
  design: Float64Array,
  weight: number,
  target: number,
): void {
  for (let i = 0; i < design.length; i += 1) {
    const scaled = weight * (design[i] as number);
    if (scaled === 0) continue;
    right[i] = (right[i] as number) + scaled * target;
    const line = matrix[i] as Float64Array;
    for (let j = 0; j <= i; j += 1) line[j] = (line[j] as number) + scaled * (design[j] as number);
  }
}
