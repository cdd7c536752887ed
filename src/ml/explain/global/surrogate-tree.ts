import type { RowBlock } from '../model-function.ts';

export interface TreeOptions {
  /** At least one row. */
  readonly block: RowBlock;
  /** `[rows]`, indices of classes: what the model says. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  readonly maxDepth: number;
  /** Rows that a leaf must have. */
  readonly minLeafRows: number;
}

/** A leaf has no `split`. */
export interface TreeNode {
  readonly rows: number;
  /** `[classes]`, rows of each. */
  readonly counts: readonly number[];
  /** The most frequent class, the first of equals. */
  readonly class: number;
  readonly split?: {
    /** The value of the row that is looked at. */
    readonly value: number;
    /** Rows with at most so much go to `low`. */
    readonly threshold: number;
    readonly low: TreeNode;
    readonly high: TreeNode;
  };
}

/**
 * A decision tree that says what a model says, as far as a small tree can: CART with the Gini
 * impurity, thresholds half-way between two values. Of equally good splits the first value of the
 * row is taken, then the lowest threshold.
 *
 * @see Breiman, Friedman, Olshen and Stone 1984; Craven and Shavlik 1996, Extracting Tree-Structured
 * Representations of Trained Networks
 */
export function growTree(options: TreeOptions): TreeNode {
  const rows = Int32Array.from({ length: options.block.rows }, (_, row) => row);
  return grow(options, rows, 0);
}

/** @returns `[rows]`, the class of the leaf that each row comes to. */
export function classesByTree(tree: TreeNode, { x, rows, values }: RowBlock): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let node = tree;
    while (node.split) {
      const { value, threshold, low, high } = node.split;
      node = (x[row * values + value] as number) <= threshold ? low : high;
    }
    return node.class;
  });
}

function grow(options: TreeOptions, rows: Int32Array, depth: number): TreeNode {
  const { labels, classes, maxDepth, minLeafRows, block } = options;
  const counts = Array<number>(classes).fill(0);
  for (const row of rows) counts[labels[row] as number] = (counts[labels[row] as number] ?? 0) + 1;
  const most = Math.max(...counts);
  const node = { rows: rows.length, counts, class: counts.indexOf(most) };
  if (depth >= maxDepth || most === rows.length || rows.length < 2 * minLeafRows) return node;
  const best = bestSplit(options, rows, counts);
  if (best === null) return node;
  const { value, threshold } = best;
  const isLow = (row: number) => (block.x[row * block.values + value] as number) <= threshold;
  const low = grow(options, rows.filter(isLow), depth + 1);
  const high = grow(
    options,
    rows.filter((row) => !isLow(row)),
    depth + 1,
  );
  return { ...node, split: { value, threshold, low, high } };
}

interface Split {
  readonly value: number;
  readonly threshold: number;
}

/** Gains nearer to each other than this are equal, whatever the order of the sums. */
const TIE = 1e-12;

function bestSplit(
  { block, labels, minLeafRows }: TreeOptions,
  rows: Int32Array,
  counts: readonly number[],
): Split | null {
  let best: Split | null = null;
  // Σ over both sides of Σ counts² / rows: the larger, the purer.
  let most = counts.reduce((sum, count) => sum + count * count, 0) / rows.length + TIE;
  for (let value = 0; value < block.values; value += 1) {
    const at = (row: number) => block.x[row * block.values + value] as number;
    const sorted = Int32Array.from(rows).sort((a, b) => at(a) - at(b));
    const low = Array<number>(counts.length).fill(0);
    let [lowSquares, highSquares] = [0, counts.reduce((sum, count) => sum + count * count, 0)];
    for (let index = 0; index + 1 < sorted.length; index += 1) {
      const label = labels[sorted[index] as number] as number;
      const below = low[label] as number;
      const above = (counts[label] as number) - below;
      lowSquares += 2 * below + 1;
      highSquares -= 2 * above - 1;
      low[label] = below + 1;
      const lowRows = index + 1;
      const highRows = sorted.length - lowRows;
      if (lowRows < minLeafRows || highRows < minLeafRows) continue;
      const [here, next] = [at(sorted[index] as number), at(sorted[index + 1] as number)];
      if (here === next) continue;
      const purity = lowSquares / lowRows + highSquares / highRows;
      if (purity <= most + TIE) continue;
      most = purity;
      best = { value, threshold: between(here, next) };
    }
  }
  return best;
}

/** Half-way, but never the higher of the two by rounding. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle < high ? middle : low;
}
