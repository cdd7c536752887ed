/** Many tests at once. */

/**
 * p-values corrected so that rejecting those of at most q keeps the expected share of false ones among
 * the rejected at q: pₖ · tests/k by rank k, made rising from the largest down. Where no null
 * hypothesis is false, the chance of any rejection is at most q.
 *
 * @param pValues  in [0, 1], of independent or positively dependent tests; may be empty.
 * @returns in their order, in [0, 1].
 * @see Benjamini and Hochberg 1995, Controlling the false discovery rate
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const falling = pValues.map((pValue, index) => ({ pValue, index }));
  falling.sort((a, b) => b.pValue - a.pValue);
  const corrected = new Array<number>(pValues.length).fill(1);
  let least = 1;
  falling.forEach(({ pValue, index }, place) => {
    least = Math.min(least, (pValue * pValues.length) / (pValues.length - place));
    corrected[index] = least;
  });
  return corrected;
}
