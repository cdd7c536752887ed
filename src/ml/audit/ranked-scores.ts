/** Rows in the order of their scores, so that one walk over them counts at every threshold. */
export interface RankedScores {
  /** `[rows]`, row indices, the highest score first. */
  readonly order: Int32Array;
  /** `[rows]`, 1 at the last place of each run of equal scores. */
  readonly closes: Uint8Array;
  /** `[rows]` in that order, 1 where the row is positive. */
  readonly positive: Uint8Array;
}

/** @param positive  `[rows]`, 1 or 0. @param scores  `[rows]`, finite. */
export function rankScores(positive: ArrayLike<number>, scores: ArrayLike<number>): RankedScores {
  const rows = scores.length;
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  const scoreOf = (row: number): number => scores[row] ?? NaN;
  order.sort((a, b) => scoreOf(b) - scoreOf(a) || a - b);
  return {
    order,
    closes: Uint8Array.from(order, (row, place) =>
      place + 1 === rows || scoreOf(order[place + 1] as number) !== scoreOf(row) ? 1 : 0,
    ),
    positive: Uint8Array.from(order, (row) => positive[row] ?? 0),
  };
}

export interface CurveAreas {
  /** Rows by their weights. */
  readonly positives: number;
  readonly negatives: number;
  /** Between the ROC curve and its axis, by trapezoids; NaN where a side has no rows. */
  readonly roc: number;
  /** Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds; NaN without positive rows. */
  readonly averagePrecision: number;
}

/**
 * Both areas in one walk, exact but for the last division: trapezoids are counts of pairs.
 *
 * @param weights  `[rows]`, how often each row counts; whole numbers.
 */
export function curveAreas(
  { order, closes, positive }: RankedScores,
  weights: ArrayLike<number>,
): CurveAreas {
  let [truePositives, falsePositives, newPositives, newNegatives] = [0, 0, 0, 0];
  let [pairs, precisions] = [0, 0];
  for (let place = 0; place < order.length; place += 1) {
    const weight = weights[order[place] as number] as number;
    if (positive[place] === 1) newPositives += weight;
    else newNegatives += weight;
    if (closes[place] === 0 || newPositives + newNegatives === 0) continue;
    pairs += newNegatives * (truePositives + newPositives / 2);
    truePositives += newPositives;
    falsePositives += newNegatives;
    precisions += newPositives * (truePositives / (truePositives + falsePositives));
    newPositives = 0;
    newNegatives = 0;
  }
  return {
    positives: truePositives,
    negatives: falsePositives,
    roc: pairs / (truePositives * falsePositives),
    averagePrecision: precisions / truePositives,
  };
}
