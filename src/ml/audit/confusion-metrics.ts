/** Figures of a classifier that counts alone decide, equal to scikit-learn's. */

/** NaN where scikit-learn says that a figure is undefined. */
export interface ConfusionMetrics {
  /** Mean recall of the classes that have rows. */
  readonly balancedAccuracy: number;
  /** Means over the classes that have rows or are predicted; weighted by rows below. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly precisionWeighted: number;
  readonly recallWeighted: number;
  readonly f1Weighted: number;
  /** Matthews' correlation, −1 to 1; 0 where all rows are of one class or predicted as one. */
  readonly mcc: number;
  /** Cohen's kappa, −1 to 1; undefined where all rows are of one class and predicted as it. */
  readonly kappa: number;
}

interface ClassCounts {
  readonly rows: number;
  readonly predicted: number;
  readonly right: number;
}

/**
 * @param counts  `[true class][predicted class]`, back to back; at least one row.
 * @see Gorodkin 2004, Computational Biology and Chemistry 28, for the correlation of K categories;
 * Cohen 1960, "A coefficient of agreement for nominal scales"
 */
export function confusionMetrics(counts: ArrayLike<number>, classes: number): ConfusionMetrics {
  const each = countClasses(counts, classes);
  const seen = each.filter(({ rows, predicted }) => rows + predicted > 0);
  const total = each.reduce((sum, { rows }) => sum + rows, 0);
  const recallOf = ({ right, rows }: ClassCounts) => right / rows;
  const precisionOf = ({ right, predicted }: ClassCounts) => right / predicted;
  const f1Of = ({ right, rows, predicted }: ClassCounts) => (2 * right) / (rows + predicted);
  const macro = (of: (one: ClassCounts) => number) =>
    seen.reduce((sum, one) => sum + of(one), 0) / seen.length;
  const weighted = (of: (one: ClassCounts) => number) =>
    seen.reduce((sum, one) => sum + of(one) * one.rows, 0) / total;
  const present = seen.filter(({ rows }) => rows > 0);
  return {
    balancedAccuracy: present.reduce((sum, one) => sum + recallOf(one), 0) / present.length,
    precision: macro(precisionOf),
    recall: macro(recallOf),
    f1: macro(f1Of),
    precisionWeighted: weighted(precisionOf),
    recallWeighted: weighted(recallOf),
    f1Weighted: weighted(f1Of),
    ...agreement(seen, total),
  };
}

function countClasses(counts: ArrayLike<number>, classes: number): ClassCounts[] {
  return Array.from({ length: classes }, (_, index) => {
    let [rows, predicted] = [0, 0];
    for (let other = 0; other < classes; other += 1) {
      rows += counts[index * classes + other] ?? 0;
      predicted += counts[other * classes + index] ?? 0;
    }
    return { rows, predicted, right: counts[index * classes + index] ?? 0 };
  });
}

function agreement(
  seen: readonly ClassCounts[],
  total: number,
): Pick<ConfusionMetrics, 'mcc' | 'kappa'> {
  const sum = (of: (one: ClassCounts) => number) => seen.reduce((all, one) => all + of(one), 0);
  const right = sum((one) => one.right);
  const chance = sum(({ rows, predicted }) => rows * predicted);
  const spread =
    (total ** 2 - sum(({ predicted }) => predicted ** 2)) *
    (total ** 2 - sum(({ rows }) => rows ** 2));
  return {
    mcc: spread === 0 ? 0 : (right * total - chance) / Math.sqrt(spread),
    kappa: (right * total - chance) / (total ** 2 - chance),
  };
}
