/**
 * How strange a label is of a row: 1 − p(label). The sets are the smallest on average among those of
 * the same coverage, and empty where no label is likely enough.
 *
 * @param probabilities  `[classes]`, of one row.
 * @returns 0 to 1.
 * @see Sadinle, Lei and Wasserman 2019, Least Ambiguous Set-Valued Classifiers, arXiv:1609.00451
 */
export function lacScore(probabilities: ArrayLike<number>, label: number): number {
  return 1 - (probabilities[label] ?? NaN);
}
