/** A model against what needs no model, or a simple one, on the same rows. */
import type { BaselineFigure } from '../model.ts';
import { accuracyOf } from './metrics.ts';
import { pairedTest, type PairedTestOptions } from './paired-test.ts';

export interface BaselineOptions extends PairedTestOptions {
  /** Level of the test. */
  readonly alpha: number;
}

export interface Baseline {
  readonly name: BaselineFigure['name'];
  /** `[rows]`, class indices. */
  readonly predicted: ArrayLike<number>;
}

/**
 * The exact McNemar test on the rows that only one of the two gets right.
 *
 * @param labels  `[rows]`, true class indices; at least one.
 * @param predicted  `[rows]`, of the model.
 */
export function againstBaseline(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { name, predicted: simple }: Baseline,
  { alpha, ...options }: BaselineOptions,
): BaselineFigure {
  const { counts, pValue, difference } = pairedTest(
    rightOf(labels, predicted),
    rightOf(labels, simple),
    options,
  );
  return {
    name,
    accuracy: accuracyOf(labels, simple),
    difference: difference.value,
    low: difference.low,
    high: difference.high,
    modelOnly: counts.candidateOnly,
    baselineOnly: counts.productionOnly,
    pValue,
    beaten: difference.value > 0 && pValue <= alpha,
  };
}

const rightOf = (labels: ArrayLike<number>, predicted: ArrayLike<number>): Uint8Array =>
  Uint8Array.from({ length: labels.length }, (_, row) => Number(labels[row] === predicted[row]));

/** The most frequent class, the first of several; what a model says that looks at nothing. */
export function majorityClass(labels: ArrayLike<number>, classes: number): number {
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < labels.length; row += 1) {
    const label = labels[row] ?? 0;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts.indexOf(Math.max(...counts));
}
