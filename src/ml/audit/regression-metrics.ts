/** Figures of predicted numbers, equal to scikit-learn's. */
import { undefinedFigure, type Figure } from './figure.ts';

export interface RegressionMetrics {
  /** Root of the mean squared error, in units of the target. */
  readonly rmse: Figure;
  /** Mean absolute error, in units of the target. */
  readonly mae: Figure;
  /**
   * 1 − squared error / squared deviation from the mean, at most 1. Where the truth is constant, 1 if
   * it is met everywhere and 0 otherwise; undefined of fewer than two rows.
   */
  readonly r2: Figure;
}

/** @param truth  `[rows]`, finite. @param predicted  `[rows]`, finite. */
export function regressionMetrics(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): RegressionMetrics {
  const rows = truth.length;
  if (rows === 0) {
    const none = undefinedFigure('there are no rows');
    return { rmse: none, mae: none, r2: none };
  }
  const mean = Array.from(truth).reduce((sum, value) => sum + value, 0) / rows;
  let [squares, absolute, deviation] = [0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    const value = truth[row] ?? NaN;
    const error = value - (predicted[row] ?? NaN);
    squares += error ** 2;
    absolute += Math.abs(error);
    deviation += (value - mean) ** 2;
  }
  return {
    rmse: { value: Math.sqrt(squares / rows) },
    mae: { value: absolute / rows },
    r2:
      rows < 2
        ? undefinedFigure('it takes two rows')
        : { value: shareExplained(squares, deviation) },
  };
}

function shareExplained(squares: number, deviation: number): number {
  if (squares === 0) return 1;
  return deviation === 0 ? 0 : 1 - squares / deviation;
}
