import type { RowBlock } from '../model-function.ts';

export interface PrototypeOptions {
  readonly block: RowBlock;
  /** At most as many as there are rows. */
  readonly prototypes: number;
  readonly criticisms: number;
  /** γ of the kernel exp(−γ d²). @default 1 over the median squared distance of two rows */
  readonly gamma?: number | undefined;
  /** Called between rows: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

export interface Prototypes {
  readonly gamma: number;
  /** Rows, in the order in which they were taken. */
  readonly prototypes: readonly number[];
  readonly criticisms: readonly number[];
  /** `[rows]`: which prototype is nearest to each, by its place in `prototypes`. */
  readonly nearest: Int32Array;
  /** Squared maximum mean discrepancy between the rows and the prototypes, in [0, 2]. */
  readonly discrepancy: number;
}

/**
 * Rows that stand for all (prototypes), and rows that these stand for least (criticisms).
 *
 * Prototypes are taken one by one so that the squared maximum mean discrepancy
 * 1/n² Σ k(xᵢ, xⱼ) − 2/(n m) Σ k(xᵢ, pⱼ) + 1/m² Σ k(pᵢ, pⱼ) falls most; criticisms so that
 * the sum of |1/n Σ k(xᵢ, c) − 1/m Σ k(pⱼ, c)| grows most together with the logarithm of the
 * determinant of their kernel, which keeps them apart. Ties go to the earlier row.
 *
 * Memory and time grow with the square of the rows.
 *
 * @see Kim, Khanna and Koyejo 2016, Examples are not Enough, Learn to Criticize!
 */
export function findPrototypes(options: PrototypeOptions): Prototypes {
  const { block, onBatch } = options;
  const squares = squaredDistances(block, onBatch);
  const gamma = options.gamma ?? usualGamma(squares, block.rows);
  const kernel = squares.map((square) => Math.exp(-gamma * square));
  const { rows } = block;
  const means = Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let other = 0; other < rows; other += 1) sum += kernel[row * rows + other] as number;
    return sum / rows;
  });
  const prototypes = takePrototypes(kernel, means, Math.min(options.prototypes, rows));
  const witness = means.map((mean, row) => {
    const sum = prototypes.reduce((all, one) => all + (kernel[row * rows + one] as number), 0);
    return Math.abs(mean - sum / prototypes.length);
  });
  const left = rows - prototypes.length;
  return {
    gamma,
    prototypes,
    criticisms: takeCriticisms(
      kernel,
      witness,
      new Set(prototypes),
      Math.min(options.criticisms, left),
    ),
    nearest: Int32Array.from({ length: rows }, (_, row) =>
      indexOfLargest(prototypes.map((one) => kernel[row * rows + one] as number)),
    ),
    discrepancy: discrepancyOf(kernel, means, prototypes),
  };
}

function squaredDistances({ x, rows, values }: RowBlock, onBatch?: () => void): Float64Array {
  const squares = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a += 1) {
    if (a % 64 === 0) onBatch?.();
    for (let b = 0; b < a; b += 1) {
      let sum = 0;
      for (let value = 0; value < values; value += 1) {
        sum += ((x[a * values + value] as number) - (x[b * values + value] as number)) ** 2;
      }
      squares[a * rows + b] = sum;
      squares[b * rows + a] = sum;
    }
  }
  return squares;
}

/** Of rows that are all the same any kernel is 1. */
function usualGamma(squares: Float64Array, rows: number): number {
  const between = new Float64Array((rows * (rows - 1)) / 2);
  let next = 0;
  for (let a = 0; a < rows; a += 1) {
    for (let b = 0; b < a; b += 1) between[next++] = squares[a * rows + b] as number;
  }
  const apart = between.filter((square) => square > 0).sort();
  const median = apart[Math.floor(apart.length / 2)];
  return median === undefined ? 1 : 1 / median;
}

function takePrototypes(kernel: Float64Array, means: Float64Array, count: number): number[] {
  const rows = means.length;
  const taken: number[] = [];
  // Σ k(x, p) over the prototypes so far, of each row.
  const sums = new Float64Array(rows);
  let meansTaken = 0;
  let within = 0;
  while (taken.length < count) {
    const size = taken.length + 1;
    let best = -1;
    let most = -Infinity;
    for (let row = 0; row < rows; row += 1) {
      if (taken.includes(row)) continue;
      const own = kernel[row * rows + row] as number;
      const inside = within + 2 * (sums[row] as number) + own;
      const gain = (2 * (meansTaken + (means[row] as number))) / size - inside / size ** 2;
      if (gain > most) [best, most] = [row, gain];
    }
    within += 2 * (sums[best] as number) + (kernel[best * rows + best] as number);
    meansTaken += means[best] as number;
    for (let row = 0; row < rows; row += 1) {
      sums[row] = (sums[row] as number) + (kernel[best * rows + row] as number);
    }
    taken.push(best);
  }
  return taken;
}

/** Rows that are the same to within this are one criticism. */
const SMALLEST_VARIANCE = 1e-12;

/** Greedy, the determinant grown by one row of its Cholesky factor at a time. */
function takeCriticisms(
  kernel: Float64Array,
  witness: Float64Array,
  excluded: ReadonlySet<number>,
  count: number,
): number[] {
  const rows = witness.length;
  const taken: number[] = [];
  const factor: Float64Array[] = [];
  // What of each row the criticisms so far do not say: the next pivot of the factor, squared.
  const rest = Float64Array.from({ length: rows }, (_, row) => kernel[row * rows + row] as number);
  while (taken.length < count) {
    let best = -1;
    let most = -Infinity;
    for (let row = 0; row < rows; row += 1) {
      if (excluded.has(row) || taken.includes(row)) continue;
      if ((rest[row] as number) < SMALLEST_VARIANCE) continue;
      const gain = (witness[row] as number) + Math.log(rest[row] as number);
      if (gain > most) [best, most] = [row, gain];
    }
    if (best < 0) break;
    const pivot = Math.sqrt(rest[best] as number);
    const column = Float64Array.from({ length: rows }, (_, row) => {
      const known = factor.reduce(
        (sum, before) => sum + (before[row] as number) * (before[best] as number),
        0,
      );
      return ((kernel[best * rows + row] as number) - known) / pivot;
    });
    factor.push(column);
    column.forEach((value, row) => (rest[row] = (rest[row] as number) - value * value));
    taken.push(best);
  }
  return taken;
}

function discrepancyOf(
  kernel: Float64Array,
  means: Float64Array,
  prototypes: readonly number[],
): number {
  const rows = means.length;
  const all = means.reduce((sum, mean) => sum + mean, 0) / rows;
  const across = prototypes.reduce((sum, one) => sum + (means[one] as number), 0);
  let within = 0;
  for (const a of prototypes) {
    for (const b of prototypes) within += kernel[a * rows + b] as number;
  }
  const count = prototypes.length;
  return Math.max(0, all - (2 * across) / count + within / count ** 2);
}

function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, at) => (value > (values[best] as number) ? at : best), 0);
}
