/** Areas under the curves of several classes, each against all others. */
import { undefinedFigure, type Figure } from './figure.ts';
import type { ProbabilityTable } from './metrics.ts';
import { rankScores, type RankedScores } from './ranked-scores.ts';

export interface ClassAreas {
  /** In class order. */
  readonly perClass: readonly Figure[];
  /** Mean over the classes; `null` where that of one class is undefined. */
  readonly macro: Figure;
  /** The same, weighted by the classes' rows. */
  readonly weighted: Figure;
}

/** @returns each class' rows, ranked by its probability. */
export function rankClasses(labels: ArrayLike<number>, table: ProbabilityTable): RankedScores[] {
  const { classes, rows, values } = table;
  return Array.from({ length: classes }, (_, index) => {
    const of = (valueAt: (row: number) => number) =>
      Float64Array.from({ length: rows }, (_, row) => valueAt(row));
    return rankScores(
      of((row) => (labels[row] === index ? 1 : 0)),
      of((row) => values[row * classes + index] ?? NaN),
    );
  });
}

/**
 * Joins the areas of classes as scikit-learn's `roc_auc_score(multi_class='ovr')` and
 * `average_precision_score` of one-hot labels.
 *
 * @param areaOf  `areaUnderRoc` or `areaUnderPr`.
 * @param names   of the classes.
 */
export function joinAreas(
  ranked: readonly RankedScores[],
  areaOf: (ranked: RankedScores) => Figure,
  names: readonly string[],
): ClassAreas {
  const perClass = ranked.map((one) => areaOf(one));
  const missing = perClass.findIndex(({ value }) => value === null);
  const found = perClass[missing];
  if (found?.value === null) {
    const figure = undefinedFigure(`${found.reason} "${names[missing] ?? missing}"`);
    return { perClass, macro: figure, weighted: figure };
  }
  const values = perClass.map(({ value }) => value ?? NaN);
  const rows = ranked.map(({ positive }) => positive.reduce((sum, one) => sum + one, 0));
  return {
    perClass,
    macro: {
      value: weightedMean(
        values,
        values.map(() => 1),
      ),
    },
    weighted: { value: weightedMean(values, rows) },
  };
}

export function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let [sum, total] = [0, 0];
  values.forEach((value, index) => {
    sum += value * (weights[index] ?? NaN);
    total += weights[index] ?? NaN;
  });
  return sum / total;
}
