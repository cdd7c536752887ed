import { solvePositiveDefinite } from '../solve-positive-definite.ts';
import { PipelineError } from '../../errors.ts';
import { SMALLEST_PROBABILITY } from '../audit/metrics.ts';

export interface FittedWeights {
  /** One per member, at least 0, summing to 1. */
  readonly weights: readonly number[];
  /** Mean cross-entropy at the weights, nats. */
  readonly loss: number;
  /** The loss is at most this much above the smallest possible, nats. */
  readonly gap: number;
  readonly iterations: number;
}

/** Of the loss, in nats: far below what a validation part can tell apart. */
const TOLERANCE = 1e-9;
const LARGEST_ITERATIONS = 200;

/**
 * The mixture weights with the smallest mean cross-entropy on labelled rows.
 *
 * Minimises −(1/n) Σᵢ ln Σₖ wₖ pₖᵢ over the simplex, where pₖᵢ is member k's probability of row
 * i's true class. The problem is convex. Adding Σ w to the objective makes the sum 1 at the
 * minimum of the positive orthant, so a primal–dual interior-point method needs no equality
 * constraint. EM on the same objective was rejected: it crawls when members are alike.
 * Members that are equal on every row get equal weights. Deterministic.
 *
 * The gap is a proof: by convexity the loss exceeds the minimum by at most
 * maxₖ (1/n) Σᵢ pₖᵢ / Σⱼ wⱼ pⱼᵢ − 1.
 *
 * @param members  per member `[rows]`, its probability of the true class; values under 1e-7
 * count as 1e-7.
 * @throws PipelineError `DATA_INVALID` without rows; `INTERNAL` if 200 iterations do not bring
 * the gap to 1e-9 nats.
 * @see Koenker and Mizera 2014, Convex Optimization, Shape Constraints, Compound Decisions, and
 * Empirical Bayes Rules, JASA 109:674–685 (the dual and its interior-point solution)
 */
export function fitWeights(members: readonly ArrayLike<number>[]): FittedWeights {
  const rows = members[0]?.length ?? 0;
  if (rows === 0) {
    throw new PipelineError('DATA_INVALID', 'fusion weights cannot be fitted on 0 rows', {
      remedy: 'give the data set a validation part, or give `weights`',
    });
  }
  const likelihoods = members.map((member) =>
    Float64Array.from(member, (value) => Math.max(value, SMALLEST_PROBABILITY)),
  );
  const count = members.length;
  let weights = new Array<number>(count).fill(1 / count);
  let slacks = new Array<number>(count).fill(1);
  for (let iteration = 1; iteration <= LARGEST_ITERATIONS; iteration += 1) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const scaled = weights.map((weight) => weight / sum);
    const gap = Math.max(...pull(likelihoods, mixture(likelihoods, scaled))) - 1;
    if (gap <= TOLERANCE) {
      const loss = -mean(mixture(likelihoods, scaled).map(Math.log));
      return { weights: scaled, loss, gap: Math.max(0, gap), iterations: iteration };
    }
    ({ weights, slacks } = newtonStep(likelihoods, weights, slacks));
  }
  throw new PipelineError('INTERNAL', 'fusion weights did not converge in 200 iterations');
}

/** One step towards ∇f(w) = s, wₖ sₖ = μ, with μ a tenth of the present mean of wₖ sₖ. */
function newtonStep(
  likelihoods: readonly Float64Array[],
  weights: readonly number[],
  slacks: readonly number[],
): { weights: number[]; slacks: number[] } {
  const mixed = mixture(likelihoods, weights);
  const gradient = pull(likelihoods, mixed).map((value) => 1 - value);
  const target = (0.1 * dot(weights, slacks)) / weights.length;
  // (H + diag(s/w)) Δw = −∇f + μ/w
  const system = curvature(likelihoods, mixed).map((line, i) =>
    line.map((value, j) => (i === j ? value + (slacks[i] ?? 0) / (weights[i] ?? 1) : value)),
  );
  const right = gradient.map((value, k) => target / (weights[k] ?? 1) - value);
  const step = solvePositiveDefinite(system, right);
  if (step === null) throw new PipelineError('INTERNAL', 'fusion weights: singular Newton system');
  const slackStep = slacks.map(
    (slack, k) => (target - slack * (step[k] ?? 0)) / (weights[k] ?? 1) - slack,
  );
  const length = Math.min(longestStep(weights, step), longestStep(slacks, slackStep));
  return {
    weights: weights.map((weight, k) => weight + length * (step[k] ?? 0)),
    slacks: slacks.map((slack, k) => slack + length * (slackStep[k] ?? 0)),
  };
}

/** The longest step, at most 1, that keeps every value above 1 % of itself. */
function longestStep(values: readonly number[], step: readonly number[]): number {
  return values.reduce((length, value, k) => {
    const change = step[k] ?? 0;
    return change < 0 ? Math.min(length, (-0.99 * value) / change) : length;
  }, 1);
}

/** `[rows]`: Σₖ wₖ pₖᵢ. */
function mixture(likelihoods: readonly Float64Array[], weights: readonly number[]): number[] {
  return Array.from({ length: likelihoods[0]?.length ?? 0 }, (_, row) =>
    likelihoods.reduce((sum, member, k) => sum + (weights[k] ?? 0) * (member[row] ?? 0), 0),
  );
}

/** `[members]`: (1/n) Σᵢ pₖᵢ / mixtureᵢ. */
function pull(likelihoods: readonly Float64Array[], mixed: readonly number[]): number[] {
  return likelihoods.map((member) => mean(mixed.map((value, row) => (member[row] ?? 0) / value)));
}

/** `[members, members]`: (1/n) Σᵢ pₖᵢ pⱼᵢ / mixtureᵢ². */
function curvature(likelihoods: readonly Float64Array[], mixed: readonly number[]): number[][] {
  return likelihoods.map((a) =>
    likelihoods.map((b) =>
      mean(mixed.map((value, row) => ((a[row] ?? 0) * (b[row] ?? 0)) / (value * value))),
    ),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
