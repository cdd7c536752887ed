/** The Wasserstein distance of two samples of numbers. */

/**
 * W₁ = ∫ |F(x) − G(x)| dx: how far the mass of one sample must be carried to make the other.
 *
 * @param reference  in any order, finite; an empty side tells nothing: 0.
 * @returns in the unit of the values, from 0.
 * @see Ramdas, García and Cuturi 2017, On Wasserstein two-sample testing, arXiv:1509.02237
 */
export function wasserstein(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [a, b] = [Float64Array.from(reference).sort(), Float64Array.from(current).sort()];
  if (a.length === 0 || b.length === 0) return 0;
  let [i, j, sum] = [0, 0, 0];
  let before = Math.min(a[0] as number, b[0] as number);
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    sum += Math.abs(i / a.length - j / b.length) * (value - before);
    while (i < a.length && (a[i] as number) <= value) i += 1;
    while (j < b.length && (b[j] as number) <= value) j += 1;
    before = value;
  }
  return sum;
}
