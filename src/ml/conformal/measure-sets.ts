/** How good sets of labels are, on rows whose labels are known. */

export interface SetFigures {
  readonly rows: number;
  /** Rows whose true label is in the set. */
  readonly covered: number;
  /** Labels of a set, on average. */
  readonly meanSize: number;
  /** Rows whose set is one label: what nobody needs to look at. */
  readonly single: number;
  /** Rows whose set is empty. */
  readonly empty: number;
  /** Rows whose set is one label, and not the true one. */
  readonly singleWrong: number;
}

/**
 * @param sets  `[rows]`, indices of classes; at least one row.
 * @param labels  `[rows]`, true classes.
 */
export function measureSets(
  sets: readonly (readonly number[])[],
  labels: ArrayLike<number>,
): SetFigures {
  const holdsTruth = (set: readonly number[], row: number) => set.includes(labels[row] ?? NaN);
  const isSingle = (set: readonly number[]) => set.length === 1;
  return {
    rows: sets.length,
    covered: sets.filter(holdsTruth).length,
    meanSize: sets.reduce((sum, set) => sum + set.length, 0) / sets.length,
    single: sets.filter(isSingle).length,
    empty: sets.filter((set) => set.length === 0).length,
    singleWrong: sets.filter((set, row) => isSingle(set) && !holdsTruth(set, row)).length,
  };
}
