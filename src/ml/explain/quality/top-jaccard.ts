/**
 * How much of what weighs most is the same: the share that the `top` values of largest amount of
 * one have in common with those of the other. Values of 0 are in no top; of equals the earlier.
 *
 * @returns in [0, 1]; 1 where neither has any.
 * @see Jaccard 1901
 */
export function topJaccard(a: ArrayLike<number>, b: ArrayLike<number>, top: number): number {
  const [first, second] = [topOf(a, top), topOf(b, top)];
  const common = [...first].filter((index) => second.has(index)).length;
  const all = first.size + second.size - common;
  return all === 0 ? 1 : common / all;
}

function topOf(values: ArrayLike<number>, top: number): Set<number> {
  const order = Array.from({ length: values.length }, (_, index) => index)
    .filter((index) => values[index] !== 0)
    .sort((i, j) => Math.abs(values[j] as number) - Math.abs(values[i] as number) || i - j);
  return new Set(order.slice(0, top));
}
