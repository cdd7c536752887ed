import type { ModelFunction, RowBlock } from '../model-function.ts';
import { exchange } from './exchange.ts';
import { distanceBetween, settle, type RowSpace } from './row-space.ts';
import { sparsen, type Judge } from './sparsen.ts';
import { wachterSearch, type MissGradient } from './wachter-search.ts';

export interface CounterfactualOptions {
  readonly space: RowSpace;
  readonly model: ModelFunction;
  readonly gradient: MissGradient;
  /** Classes that will do. */
  readonly targets: readonly number[];
  /** What the probability of one of them must reach, with no class above it. */
  readonly reach: number;
  /** Rows that the model answers with a class, by the class. */
  readonly examples: (classIndex: number) => RowBlock;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

export interface Counterfactual {
  /** `[values]`, settled. */
  readonly x: Float32Array;
  readonly classIndex: number;
  /** As the model answers it. */
  readonly probability: number;
  readonly distance: number;
}

/** Starts that are made sparse: more seldom end anywhere else. */
const STARTS = 6;
const NEIGHBOURS = 10;

/**
 * The nearest row found that the model answers with a wanted class. Starts are what Wachter's search
 * finds, and rows of the training part that have the class already, with the columns that may
 * change taken over: these lead on where the gradient is too small to see, and say that a
 * combination exists. Each is settled on values that a person can read before the model is asked,
 * so that what is returned is what was asked; then all that the answer does not need is taken back, and
 * columns are exchanged while that brings it nearer.
 *
 * @returns `null` where none of the starts has the class within the bounds.
 * @see Wachter, Mittelstadt and Russell 2017, arXiv:1711.00399
 */
export async function findCounterfactual(
  options: CounterfactualOptions,
): Promise<Counterfactual | null> {
  let best: Counterfactual | null = null;
  if (options.space.columns.length === 0) return null;
  for (const classIndex of options.targets) {
    const found = await findOfClass(options, classIndex);
    if (found && (best === null || found.distance < best.distance)) best = found;
  }
  return best;
}

async function findOfClass(
  options: CounterfactualOptions,
  classIndex: number,
): Promise<Counterfactual | null> {
  const { space, onBatch } = options;
  const ask = askerOf(options, classIndex);
  const judge: Judge = async (rows) => (await ask(rows)).map(({ isValid }) => isValid);
  const wishes = await wachterSearch({ ...options, classIndex });
  const starts = distinct([
    ...wishes.map((wish) => settle(space, wish)),
    ...neighbours(space, options.examples(classIndex)),
  ]);
  const isValid = starts.length === 0 ? [] : await judge(starts);
  const valid = nearestFirst(
    space,
    starts.filter((_, index) => isValid[index]),
  );
  const sparse: Float32Array[] = [];
  for (const start of valid.slice(0, STARTS)) {
    onBatch?.();
    sparse.push(await sparsen(space, start, judge));
  }
  const [nearest] = nearestFirst(space, sparse);
  if (nearest === undefined) return null;
  const x = await exchange(space, nearest, judge);
  const [answer] = await ask([x]);
  const { probability = NaN } = answer ?? {};
  return { x, classIndex, probability, distance: distanceBetween(space, x) };
}

interface Answer {
  readonly isValid: boolean;
  readonly probability: number;
}

function askerOf({ model, reach, onBatch }: CounterfactualOptions, classIndex: number) {
  return async (rows: readonly Float32Array[]): Promise<readonly Answer[]> => {
    onBatch?.();
    const width = rows[0]?.length ?? 0;
    const x = new Float32Array(rows.length * width);
    rows.forEach((row, index) => x.set(row, index * width));
    const answers = await model(x, rows.length);
    const classes = answers.length / rows.length;
    return rows.map((_, index) => {
      const own = answers.subarray(index * classes, (index + 1) * classes);
      const probability = own[classIndex]!;
      const isLikeliest = own.every((value, at) => at === classIndex || value < probability);
      return { isValid: isLikeliest && probability >= reach, probability };
    });
  };
}

/** The examples nearest to the row, in the columns that may change. */
function neighbours(space: RowSpace, { x, rows, values }: RowBlock): Float32Array[] {
  const settled = Array.from({ length: rows }, (_, row) =>
    settle(space, x.subarray(row * values, (row + 1) * values)),
  );
  return nearestFirst(space, settled).slice(0, NEIGHBOURS);
}

function nearestFirst(space: RowSpace, rows: readonly Float32Array[]): Float32Array[] {
  return rows
    .map((row) => ({ row, distance: distanceBetween(space, row) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ row }) => row);
}

function distinct(rows: readonly Float32Array[]): Float32Array[] {
  return [...new Map(rows.map((row) => [row.join(), row])).values()];
}
