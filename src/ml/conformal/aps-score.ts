/**
 * How strange a label is of a row: the probability of all labels that are likelier, and `draw` of
 * the label's own, ties with it included. The sets grow with the difficulty of the row.
 *
 * Without draws, which is 0, the likeliest label always has score 0: no set is empty, and where more
 * than 1 − α of the predictions are right the sets are the predictions. 1 instead would take sure
 * predictions for strange ones.
 *
 * @param probabilities  `[classes]`, of one row.
 * @param draw  uniform in [0, 1), the same for all labels of a row; 0 for none.
 * @returns 0 to 1, but for rounding.
 * @see Romano, Sesia and Candès 2020, Classification with Valid and Adaptive Coverage,
 * arXiv:2006.02544, eq. 7
 */
export function apsScore(probabilities: ArrayLike<number>, label: number, draw: number): number {
  const own = probabilities[label] ?? NaN;
  let above = 0;
  let equal = 0;
  for (let index = 0; index < probabilities.length; index += 1) {
    const probability = probabilities[index] ?? NaN;
    if (probability > own) above += probability;
    if (probability === own) equal += probability;
  }
  return above + draw * equal;
}
