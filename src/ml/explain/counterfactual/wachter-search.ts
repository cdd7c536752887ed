import type { Column } from './changeable-columns.ts';
import { encodedBounds, type RowSpace } from './row-space.ts';

/**
 * Gradient of (1 − p)² with p the probability of a class.
 *
 * @param x  `[rows, values]`.
 * @returns `[rows, values]`.
 */
export type MissGradient = (
  x: Float32Array,
  rows: number,
  classIndex: number,
) => Promise<Float32Array | Float64Array>;

export interface WachterSearch {
  readonly space: RowSpace;
  readonly gradient: MissGradient;
  readonly classIndex: number;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch?: (() => void) | undefined;
}

/** λ, from the first upwards: the reference raises it until the answer is the wanted one. */
const LAMBDAS = Array.from({ length: 10 }, (_, power) => 0.1 * 10 ** power);
const STEPS = 300;
const RATE = 0.1;
/** A short memory of squares: with the usual 0.999 what was steep once never shrinks back. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.95, 1e-8];

/** One value of a row that moves: in steps of `unit`, each of which costs `cost`. */
interface Coordinate {
  readonly at: number;
  readonly unit: number;
  readonly cost: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Minimises λ (1 − p(x′))² + Σ |x′ − x| / spread by Adam, its rate 0.1 falling to 0, for every λ of
 * a rising row at once, each a row of one batch. The distance is taken by its proximal step, so that
 * a value that is not worth its change stays exactly as it is; a category moves within the simplex of
 * its one-hot values, a swap costing 1.
 *
 * @returns a row for each λ, not yet settled.
 * @see Wachter, Mittelstadt and Russell 2017, Counterfactual Explanations without Opening the Black
 * Box, arXiv:1711.00399, eq. 1 and 3
 */
export async function wachterSearch({ space, gradient, classIndex, onBatch }: WachterSearch) {
  const { row, columns } = space;
  const coordinates = columns.flatMap((column) => coordinatesOf(column, row));
  const size = coordinates.length;
  const rows = LAMBDAS.map(() => row.slice());
  const first = LAMBDAS.map(() => new Float64Array(size));
  const second = LAMBDAS.map(() => new Float64Array(size));
  for (let step = 1; step <= STEPS; step += 1) {
    onBatch?.();
    const slopes = await gradient(joined(rows), rows.length, classIndex);
    const rate = RATE * (1 - (step - 1) / STEPS);
    rows.forEach((point, index) => {
      const [mean, square] = [first[index]!, second[index]!];
      coordinates.forEach(({ at, unit, cost, low, high }, k) => {
        // In units of the spread, so that the rate means the same for every column.
        const slope = LAMBDAS[index]! * unit * slopes[index * row.length + at]!;
        mean[k] = BETA1 * mean[k]! + (1 - BETA1) * slope;
        square[k] = BETA2 * square[k]! + (1 - BETA2) * slope * slope;
        const scale = rate / (Math.sqrt(square[k] / (1 - BETA2 ** step)) + EPSILON);
        const away = (point[at]! - row[at]!) / unit - (scale * mean[k]) / (1 - BETA1 ** step);
        const shrunk = Math.sign(away) * Math.max(0, Math.abs(away) - scale * cost);
        point[at] = Math.min(high, Math.max(low, row[at]! + shrunk * unit));
      });
      for (const column of columns) if (column.kind === 'category') toSimplex(point, column, row);
    });
  }
  return rows;
}

function coordinatesOf(column: Column, row: Float32Array): Coordinate[] {
  if (column.kind === 'number') {
    const [low, high] = encodedBounds(column, row);
    return [{ at: column.at, unit: column.spread, cost: 1, low, high }];
  }
  return Array.from({ length: column.size }, (_, index) => ({
    at: column.at + index,
    unit: 1,
    cost: 0.5,
    low: 0,
    high: 1,
  }));
}

/** The nearest point whose values sum to 1; of an empty cell, to at most 1. */
function toSimplex(
  point: Float32Array,
  { at, size }: Extract<Column, { kind: 'category' }>,
  row: Float32Array,
): void {
  const values = point.subarray(at, at + size);
  const sum = values.reduce((total, value) => total + value, 0);
  const isEmpty = !row.subarray(at, at + size).includes(1);
  if (isEmpty && sum <= 1) return;
  const sorted = Array.from(values).sort((a, b) => b - a);
  let total = 0;
  let shift = 0;
  sorted.forEach((value, index) => {
    total += value;
    const mean = (total - 1) / (index + 1);
    if (value > mean) shift = mean;
  });
  values.forEach((value, index) => {
    values[index] = Math.max(0, value - shift);
  });
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, index) => all.set(row, index * width));
  return all;
}
