/**
 * Adjusts p-values of many tests: those whose adjusted value is at most α hold, in the mean, at most
 * the share α of false discoveries, where the tests are independent or positively dependent.
 *
 * @param pValues  0 to 1, in any order.
 * @returns the adjusted values in the same order, 0 to 1; a test with a smaller p never has a larger one.
 * @see Benjamini and Hochberg 1995, "Controlling the false discovery rate", JRSS B 57
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const count = pValues.length;
  const order = pValues
    .map((_, index) => index)
    .sort((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
  const adjusted = new Array<number>(count);
  let smallest = 1;
  order.forEach((index, place) => {
    smallest = Math.min(smallest, ((pValues[index] ?? NaN) * count) / (count - place));
    adjusted[index] = smallest;
  });
  return adjusted;
}
