import { likeliestClass, type ProbabilityTable } from './metrics.ts';

export interface CalibrationBin {
  /** Exclusive, but for the first bin, which holds 0. */
  readonly low: number;
  /** Inclusive. */
  readonly high: number;
  readonly rows: number;
  /** `null` in an empty bin. */
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  /** Σ over bins of rows/all · |accuracy − mean confidence|, 0 to 1; NaN without rows. */
  readonly expectedCalibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * How far confidence is from accuracy, over equal-width bins `(low, high]` of the highest
 * probability of each row.
 *
 * @param labels  `[rows]`, true class indices.
 * @param binCount  at least 1.
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599, eq. 3
 */
export function calibrationOf(
  labels: ArrayLike<number>,
  table: ProbabilityTable,
  binCount: number,
): Calibration {
  const rows = new Array<number>(binCount).fill(0);
  const confidence = new Array<number>(binCount).fill(0);
  const right = new Array<number>(binCount).fill(0);
  for (let row = 0; row < table.rows; row += 1) {
    const predicted = likeliestClass(table, row);
    const highest = table.values[row * table.classes + predicted] ?? NaN;
    const bin = binOf(highest, binCount);
    rows[bin] = (rows[bin] ?? 0) + 1;
    confidence[bin] = (confidence[bin] ?? 0) + highest;
    right[bin] = (right[bin] ?? 0) + (predicted === labels[row] ? 1 : 0);
  }
  const bins = rows.map((count, bin) => ({
    low: bin / binCount,
    high: (bin + 1) / binCount,
    rows: count,
    meanConfidence: count === 0 ? null : (confidence[bin] ?? 0) / count,
    accuracy: count === 0 ? null : (right[bin] ?? 0) / count,
  }));
  const gap = bins.reduce(
    (sum, bin) => sum + bin.rows * Math.abs((bin.accuracy ?? 0) - (bin.meanConfidence ?? 0)),
    0,
  );
  return { expectedCalibrationError: gap / table.rows, bins };
}

/** The bin whose edges, as printed in the report, enclose the value; rounding cannot move it. */
export function binOf(value: number, binCount: number): number {
  let bin = Math.min(binCount - 1, Math.max(0, Math.ceil(value * binCount) - 1));
  while (bin > 0 && value <= bin / binCount) bin -= 1;
  while (bin < binCount - 1 && value > (bin + 1) / binCount) bin += 1;
  return bin;
}
