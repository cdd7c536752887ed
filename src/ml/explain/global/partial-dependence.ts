import { PipelineError } from '../../../errors.ts';
import type { ModelFunction, RowBlock } from '../model-function.ts';

export interface PartialDependenceOptions {
  readonly model: ModelFunction;
  /** At least one row. */
  readonly block: RowBlock;
  readonly classes: number;
  /** The values of the feature within a row. */
  readonly feature: readonly number[];
  /** What the feature is set to, one after the other: each as many numbers as it has values. */
  readonly grid: readonly (readonly number[])[];
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

export interface PartialDependence {
  /** `[grid][classes]`: the mean probability over the rows. */
  readonly average: readonly (readonly number[])[];
  /** `[grid]`, each `[rows, classes]`: individual conditional expectation. */
  readonly individual: readonly Float64Array[];
}

/**
 * What the model says on average, and of each row, where one feature is set to one value in all
 * rows. Rows that cannot be (a child with a pension) count like any other.
 *
 * @see Friedman 2001, Greedy Function Approximation; Goldstein et al. 2015, arXiv:1309.6392
 */
export async function partialDependence(
  options: PartialDependenceOptions,
): Promise<PartialDependence> {
  const { model, block, classes, feature, grid, onBatch } = options;
  const average: number[][] = [];
  const individual: Float64Array[] = [];
  const x = Float32Array.from(block.x);
  for (const point of grid) {
    onBatch?.();
    for (let start = 0; start < x.length; start += block.values) {
      feature.forEach((value, index) => (x[start + value] = point[index] as number));
    }
    const answers = Float64Array.from(await model(x, block.rows));
    if (!answers.every(Number.isFinite)) throw notFinite();
    const sums = Array<number>(classes).fill(0);
    answers.forEach((answer, at) => (sums[at % classes] = (sums[at % classes] ?? 0) + answer));
    average.push(sums.map((sum) => sum / block.rows));
    individual.push(answers);
  }
  return { average, individual };
}

/**
 * Where a number is looked at: all its values where there are fewer than `size` of them, else so
 * many at equal distances between two quantiles.
 *
 * @param values       not empty.
 * @param percentiles  both in [0, 1], ascending.
 * @throws PipelineError `DATA_INVALID` if both quantiles are one value and there are more.
 */
export function numberGrid(
  values: Float32Array,
  size: number,
  [low, high]: readonly [number, number],
): readonly number[] {
  const sorted = Float32Array.from(values).sort();
  const unique = Array.from(new Set(sorted));
  if (unique.length < size) return unique;
  const [from, to] = [quantile(sorted, low), quantile(sorted, high)];
  if (from === to) throw tooNarrow(low, high, from);
  return Array.from({ length: size }, (_, at) => from + ((to - from) * at) / (size - 1));
}

/** @see scipy.stats.mstats.mquantiles: plotting positions with αp = βp = 0.4. */
function quantile(sorted: Float32Array, share: number): number {
  const place = sorted.length * share + 0.4 + share * (1 - 0.8);
  const below = Math.floor(Math.min(Math.max(place, 1), sorted.length - 1));
  const weight = Math.min(Math.max(place - below, 0), 1);
  return (1 - weight) * (sorted[below - 1] as number) + weight * (sorted[below] as number);
}

function tooNarrow(low: number, high: number, value: number): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `explain: the quantiles ${low} and ${high} of a feature are both ${value}, so nothing lies between them`,
    { remedy: 'give wider percentiles, or leave the feature out' },
  );
}

function notFinite(): PipelineError {
  return new PipelineError(
    'MODEL_INVALID',
    "explain: the model's answers are not finite where a feature is set to another value",
    { remedy: 'scale the features, or train the model again with a lower learning rate' },
  );
}
