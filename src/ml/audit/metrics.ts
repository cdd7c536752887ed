/** Figures of a classifier over labelled rows; plain arithmetic in float64. */

/** Class probabilities of many rows, back to back: `[rows, classes]`, each row summing to 1. */
export interface ProbabilityTable {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly classes: number;
}

/** Probabilities below this count as this in a logarithm, as Keras does; ln(1e-7) ≈ −16.1. */
export const SMALLEST_PROBABILITY = 1e-7;

/** The likeliest class of a row; the first of several equal ones, as NumPy's argmax. */
export function likeliestClass(table: ProbabilityTable, row: number): number {
  const start = row * table.classes;
  let best = 0;
  for (let index = 1; index < table.classes; index += 1) {
    if ((table.values[start + index] ?? NaN) > (table.values[start + best] ?? NaN)) best = index;
  }
  return best;
}

/** @returns `[rows]`, the likeliest class of each row. */
export function predictedClasses(table: ProbabilityTable): Int32Array {
  return Int32Array.from({ length: table.rows }, (_, row) => likeliestClass(table, row));
}

/**
 * Share of rows predicted right, 0 to 1; NaN without rows.
 *
 * @param labels  `[rows]`, true class indices.
 * @param predicted  `[rows]`.
 */
export function accuracyOf(labels: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let right = 0;
  for (let row = 0; row < labels.length; row += 1) right += labels[row] === predicted[row] ? 1 : 0;
  return right / labels.length;
}

/** Mean cross-entropy in nats; NaN without rows. */
export function crossEntropyOf(labels: ArrayLike<number>, table: ProbabilityTable): number {
  let sum = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const probability = table.values[row * table.classes + (labels[row] ?? NaN)] ?? NaN;
    sum -= Math.log(Math.max(probability, SMALLEST_PROBABILITY));
  }
  return sum / table.rows;
}

/** @returns `[true class][predicted class]` counts. */
export function confusionOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < labels.length; row += 1) {
    const line = counts[labels[row] ?? -1];
    const column = predicted[row] ?? -1;
    if (line !== undefined && column in line) line[column] = (line[column] ?? 0) + 1;
  }
  return counts;
}

export interface ClassFigures {
  readonly rows: number;
  /** `null` where undefined: precision if none was predicted, recall if there is no such row. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** 2·right / (rows + predicted); `null` where both are 0. */
  readonly f1: number | null;
}

/** Precision, recall and F1 of each class, from the confusion counts. */
export function classFigures(confusion: readonly (readonly number[])[]): ClassFigures[] {
  return confusion.map((line, index) => {
    const rows = line.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    const right = line[index] ?? 0;
    const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole);
    return {
      rows,
      precision: ratio(right, predicted),
      recall: ratio(right, rows),
      f1: ratio(2 * right, rows + predicted),
    };
  });
}
