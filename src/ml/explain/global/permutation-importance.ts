import { accuracyOf, predictedClasses } from '../../audit/metrics.ts';
import { CounterRandom } from '../../random.ts';
import type { ModelFunction, RowBlock } from '../model-function.ts';

export interface PermutationImportanceOptions {
  readonly model: ModelFunction;
  /** At least one row. */
  readonly block: RowBlock;
  /** `[rows]`, indices of the true classes. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Of each feature, its values within a row: they move together. */
  readonly features: readonly (readonly number[])[];
  readonly repeats: number;
  /** @returns an order of the rows for one repeat of one feature. */
  readonly orderOf: (feature: number, repeat: number) => ArrayLike<number>;
  /** Called before each repeat: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

export interface FeatureImportance {
  /** Accuracy lost in each repeat; negative where chance helped. */
  readonly drops: readonly number[];
  readonly mean: number;
  /** Of the repeats, as of a population. */
  readonly standardDeviation: number;
}

/**
 * How much accuracy is lost when a feature's values are dealt out to the rows anew, which leaves
 * its distribution and cuts it off from all else. Of two features that say the same neither may
 * seem to matter.
 *
 * @returns one entry per feature, in their order; `score` is the accuracy as it is.
 * @see Breiman 2001, Random Forests; Fisher, Rudin and Dominici 2019, arXiv:1801.01489
 */
export async function permutationImportance(
  options: PermutationImportanceOptions,
): Promise<{ readonly score: number; readonly features: readonly FeatureImportance[] }> {
  const { block, features, repeats, orderOf, onBatch } = options;
  const score = await scoreOf(options, block.x);
  const found: FeatureImportance[] = [];
  const x = Float32Array.from(block.x);
  for (const [index, values] of features.entries()) {
    const drops: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      onBatch?.();
      deal(x, block, values, orderOf(index, repeat));
      drops.push(score - (await scoreOf(options, x)));
    }
    deal(x, block, values, null);
    found.push({ drops, ...spreadOf(drops) });
  }
  return { score, features: found };
}

/** Orders that are each a function of (seed, feature, repeat). */
export function seededOrders(seed: number, rows: number, repeats: number) {
  return (feature: number, repeat: number): Int32Array =>
    new CounterRandom({
      seed,
      stream: 'permutation-importance',
      step: feature * repeats + repeat,
    }).permutation(rows);
}

async function scoreOf(
  { model, block, labels, classes }: PermutationImportanceOptions,
  x: Float32Array,
): Promise<number> {
  const values = await model(x, block.rows);
  return accuracyOf(labels, predictedClasses({ values, rows: block.rows, classes }));
}

/** Writes a feature's values in another order of the rows; `null` for their own. */
function deal(
  x: Float32Array,
  block: RowBlock,
  values: readonly number[],
  order: ArrayLike<number> | null,
): void {
  for (let row = 0; row < block.rows; row += 1) {
    const from = (order ? (order[row] as number) : row) * block.values;
    for (const value of values) x[row * block.values + value] = block.x[from + value] as number;
  }
}

function spreadOf(drops: readonly number[]) {
  const mean = drops.reduce((sum, drop) => sum + drop, 0) / drops.length;
  const squares = drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / drops.length) };
}
