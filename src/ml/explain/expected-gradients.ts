import type { CounterRandom } from '../random.ts';
import type { GradientFunction } from './integrated-gradients.ts';
import {
  additivityError,
  classProbabilities,
  type Attribution,
  type ModelFunction,
  type RowBlock,
} from './model-function.ts';

export interface ExpectedGradientsOptions {
  readonly model: ModelFunction;
  readonly gradient: GradientFunction;
  /** `[values]`, the row to explain. */
  readonly row: Float32Array;
  /** Rows that the paths begin at; at least one. */
  readonly background: RowBlock;
  readonly classIndex: number;
  /** At least one. */
  readonly draws: readonly PathPoint[];
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** A point on the straight line from a background row to the row. */
export interface PathPoint {
  /** Index of the background row. */
  readonly from: number;
  /** Share of the way, in [0, 1). */
  readonly t: number;
}

/** Points whose gradients are computed at once. */
const BATCH = 50;

/** A background row with equal chances and t ~ U(0, 1), so many times. */
export function drawPathPoints(random: CounterRandom, samples: number, rows: number): PathPoint[] {
  return Array.from({ length: samples }, () => ({
    from: random.integer(rows),
    t: random.uniform(),
  }));
}

/**
 * Expected gradients: integrated gradients, averaged over the background as baselines, both
 * integrals by drawing: φᵢ = E[(xᵢ − x′ᵢ) ∂p/∂xᵢ(x′ + t (x − x′))] over background rows x′ and t.
 * They sum to p(x) − E p(x′) in expectation; `error` is how far these draws miss that.
 *
 * `samplingError` is the largest standard error of an attribution.
 *
 * @see Erion et al. 2021, Improving performance of deep learning models with axiomatic
 * attribution priors and expected gradients, arXiv:1906.10670, eq. 3
 */
export async function expectedGradients(options: ExpectedGradientsOptions): Promise<Attribution> {
  const { model, row, background, classIndex, draws } = options;
  const sums = await sumOverDraws(options);
  const count = draws.length;
  const attributions = sums.first.map((sum) => sum / count);
  const [output = NaN] = await classProbabilities(model, { x: row, rows: 1 }, classIndex);
  const baseOutput = (await classProbabilities(model, background, classIndex)).reduce(
    (sum, value) => sum + value / background.rows,
    0,
  );
  return {
    attributions,
    output,
    baseOutput,
    error: additivityError(attributions, output, baseOutput),
    samplingError: count === 1 ? 1 : largestStandardError(sums, count),
    evaluations: count + background.rows + 1,
  };
}

interface Sums {
  /** `[values]`: of the draws, and of their squares. */
  readonly first: Float64Array;
  readonly second: Float64Array;
}

async function sumOverDraws(options: ExpectedGradientsOptions): Promise<Sums> {
  const { gradient, row, background, classIndex, draws, onBatch } = options;
  const { values } = background;
  const [first, second] = [new Float64Array(values), new Float64Array(values)];
  for (let start = 0; start < draws.length; start += BATCH) {
    onBatch?.();
    const some = draws.slice(start, start + BATCH);
    const slopes = await gradient(pointsOf(options, some), some.length, classIndex);
    some.forEach(({ from }, at) => {
      for (let value = 0; value < values; value += 1) {
        const way = row[value]! - background.x[from * values + value]!;
        // Where there is no way to go a gradient that is not finite changes nothing.
        const product = way === 0 ? 0 : way * slopes[at * values + value]!;
        first[value]! += product;
        second[value]! += product * product;
      }
    });
  }
  return { first, second };
}

/** `[points, values]`. */
function pointsOf({ row, background }: ExpectedGradientsOptions, points: readonly PathPoint[]) {
  const { values, x } = background;
  const all = new Float32Array(points.length * values);
  points.forEach(({ from, t }, at) => {
    for (let value = 0; value < values; value += 1) {
      const start = x[from * values + value]!;
      all[at * values + value] = start + t * (row[value]! - start);
    }
  });
  return all;
}

function largestStandardError({ first, second }: Sums, count: number): number {
  return first.reduce((largest, sum, value) => {
    const variance = Math.max(0, second[value]! - (sum * sum) / count) / (count - 1);
    return Math.max(largest, Math.sqrt(variance / count));
  }, 0);
}
