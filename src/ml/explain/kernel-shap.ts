import { PipelineError } from '../../errors.ts';
import type { CounterRandom } from '../random.ts';
import { solvePositiveDefinite } from '../solve-positive-definite.ts';
import { sampleUntilTight, type AdaptiveOutcome, type AdaptiveSettings } from './adaptive.ts';
import { coalitionValues, varyingFeatures, type CoalitionGame } from './coalition-values.ts';
import { chooseCoalitions, type WeightedCoalitions } from './kernel-shap-coalitions.ts';
import { additivityError, classProbabilities, type Attribution } from './model-function.ts';

/** The solution takes features³; 1,000 are a few seconds a row. */
export const LARGEST_KERNEL_FEATURES = 1000;

export interface KernelShapOptions {
  /** Coalitions; at most 2^M − 2 are used. @default 2M + 2048, M the features that vary */
  readonly samples?: number | undefined;
  /** Instead of `samples`. */
  readonly adaptive?: AdaptiveSettings | undefined;
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
 * @throws PipelineError `SPEC_INVALID` for more than 1,000 features that vary, or if so few samples
 * were asked for that the attributions are not determined.
 * @see Lundberg and Lee 2017, A Unified Approach to Interpreting Model Predictions,
 * arXiv:1705.07874, theorem 2
 */
export async function kernelShap(
  game: CoalitionGame,
  options: KernelShapOptions,
): Promise<KernelAttribution> {
  const { background, row, model, classIndex } = game;
  const base = await classProbabilities(model, background, classIndex);
  const baseOutput = base.reduce((sum, value) => sum + value, 0) / background.rows;
  const output = (await classProbabilities(model, { x: row, rows: 1 }, classIndex))[0] as number;
  const features = varyingFeatures(row, background);
  if (features.length > LARGEST_KERNEL_FEATURES) throw tooMany(features.length);
  const attributions = new Float64Array(background.values);
  const change = { output, baseOutput };
  const found = await ofFeatures({ game, features, change }, options);
  features.forEach((value, index) => (attributions[value] = found.solved[index] as number));
  return {
    ...{ attributions, output, baseOutput, samplingError: found.samplingError },
    error: additivityError(attributions, output, baseOutput),
    evaluations: background.rows + 1 + found.coalitions * background.rows,
    ...(found.outcome && { outcome: found.outcome }),
  };
}

export interface KernelAttribution extends Attribution {
  readonly outcome?: AdaptiveOutcome;
}

interface Varying {
  readonly game: CoalitionGame;
  readonly features: readonly number[];
  readonly change: Change;
}

interface Solved {
  readonly solved: ArrayLike<number>;
  readonly samplingError: number | null;
  readonly coalitions: number;
  readonly outcome?: AdaptiveOutcome;
}

async function ofFeatures(given: Varying, options: KernelShapOptions): Promise<Solved> {
  const { features, change } = given;
  const { adaptive, random } = options;
  if (features.length < 2) {
    const solved = features.map(() => change.output - change.baseOutput);
    const outcome = { samples: 0, isTight: true, width: 0 };
    return { solved, samplingError: null, coalitions: 0, ...(adaptive && { outcome }) };
  }
  const usual = 2 * features.length + 2048;
  const samples = adaptive
    ? Math.min(4 * features.length + 128, adaptive.maxSamples)
    : (options.samples ?? usual);
  const first = await solveDraw(given, samples, random);
  if (first.complete || !adaptive) {
    const outcome = { samples: first.coalitions, isTight: true, width: 0 };
    return { ...first, ...(adaptive && { outcome }) };
  }
  let coalitions = 0;
  const { found, outcome } = await sampleUntilTight({
    settings: adaptive,
    samplesEach: samples,
    draw: async (index) => {
      const one = index === 0 ? first : await solveDraw(given, samples, random);
      coalitions += one.coalitions;
      return one.solved;
    },
  });
  // Each draw sums to the change, and so does their mean.
  const samplingError = Math.min(WHOLE_RANGE, Math.max(...found.errors));
  return { solved: found.means, samplingError, coalitions, outcome };
}

async function solveDraw(
  { game, features, change }: Varying,
  samples: number,
  random: CounterRandom,
): Promise<Solved & { readonly complete: boolean }> {
  const coalitions = chooseCoalitions(features, samples, random);
  const worth = await coalitionValues(game, coalitions);
  const solved = solveAttributions(coalitions, worth, change);
  if (solved === null) throw undetermined(coalitions);
  const { complete, count } = coalitions;
  const error = complete ? null : samplingError(coalitions, worth, change);
  return { solved, samplingError: error, coalitions: count, complete };
}

type Change = Pick<Attribution, 'output' | 'baseOutput'>;

/** Nothing is known of an attribution that half of the draws do not determine. */
const WHOLE_RANGE = 1;

/**
 * How far the draw of coalitions may have moved an attribution, estimated from the draw itself:
 * the pairs are dealt into two halves, each half is solved alone with what was enumerated, and
 * the largest difference of an attribution is halved. A half has twice the variance of the whole,
 * so the difference of two has four times it, and half of the difference estimates the whole's
 * error.
 *
 * Additivity cannot tell, because the elimination of the last feature enforces it. The residual
 * of the fit was rejected: interactions leave one even where every coalition is there and the
 * attributions are exact, and with as few coalitions as features it is 0.
 *
 * @returns probability, at most 1; 1 where a half does not determine the attributions.
 * @see Wolter 2007, Introduction to Variance Estimation, chapter 2 (random groups)
 */
function samplingError(
  coalitions: WeightedCoalitions,
  worth: Float64Array,
  change: Change,
): number {
  const [a, b] = [1, 2].map((half) =>
    solveAttributions({ ...coalitions, weights: weightsOfHalf(coalitions, half) }, worth, change),
  );
  if (!a || !b) return WHOLE_RANGE;
  const largest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
  return Math.min(WHOLE_RANGE, largest / 2);
}

/** `[count]`: the other half's 0, its own raised to the share that both had. */
function weightsOfHalf({ weights, halves }: WeightedCoalitions, half: number): Float64Array {
  const sumOf = (wanted: number) =>
    weights.reduce((sum, weight, index) => (halves[index] === wanted ? sum + weight : sum), 0);
  const scale = (sumOf(1) + sumOf(2)) / sumOf(half);
  return weights.map((weight, index) => {
    if (halves[index] === 0) return weight;
    return halves[index] === half ? weight * scale : 0;
  });
}

/**
 * The constrained weighted least squares, in float64.
 *
 * @param worth  `[count]`, v(z).
 * @returns `[features]`, summing to output − baseOutput; `null` if they are not determined.
 */
function solveAttributions(
  coalitions: WeightedCoalitions,
  worth: Float64Array,
  { output, baseOutput }: Change,
): number[] | null {
  const size = coalitions.features.length;
  const free = size - 1;
  const matrix = Array.from({ length: free }, () => new Float64Array(free));
  const right = new Float64Array(free);
  const design = new Float64Array(free);
  for (let index = 0; index < coalitions.count; index += 1) {
    const mask = coalitions.masks.subarray(index * size, (index + 1) * size);
    const last = mask[free] as number;
    const weight = coalitions.weights[index] as number;
    if (weight === 0) continue;
    const target = (worth[index] as number) - baseOutput - last * (output - baseOutput);
    for (let i = 0; i < free; i += 1) design[i] = (mask[i] as number) - last;
    addRow(matrix, right, design, weight, target);
  }
  const solved = solvePositiveDefinite(matrix, right);
  if (solved === null) return null;
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

function undetermined({ count, features }: WeightedCoalitions): PipelineError {
  return new PipelineError(
    'SPEC_INVALID',
    `kernel-shap: ${count} coalitions do not determine ${features.length} attributions`,
    { remedy: 'raise `samples`, or leave it out for 2·features + 2048' },
  );
}

function tooMany(features: number): PipelineError {
  return new PipelineError(
    'SPEC_INVALID',
    `kernel-shap takes at most ${LARGEST_KERNEL_FEATURES} features; ${features} vary`,
    { remedy: 'use `method: integrated-gradients`' },
  );
}
