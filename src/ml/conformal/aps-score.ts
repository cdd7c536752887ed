/**
 * How strange a label is of a row: the probability of all labels that are likelier, and `draw` of
 * the label's own, ties with it included. The sets grow with the difficulty of the row.
 *
 * With draws from [0, 1), for calibration and for sets, the coverage is nearly exact. Without draws
 * calibration takes 1 and sets take 0: they hold what 1 would give them and the label that crosses
 * the threshold, so that none is empty and the coverage is above what was asked for.
 *
 * @param probabilities  `[classes]`, of one row.
 * @param draw  0 to 1, the same for all labels of a row.
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
