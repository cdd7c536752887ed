/**
 * Spearman's rank correlation, ties having the mean of their ranks.
 *
 * @returns in [−1, 1]; `null` where one of the two has no order: fewer than two values, or all equal.
 * @see Spearman 1904
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const [first, second] = [ranksOf(a), ranksOf(b)];
  const mean = (first.length + 1) / 2;
  let [product, squares, otherSquares] = [0, 0, 0];
  first.forEach((rank, index) => {
    const [x, y] = [rank - mean, (second[index] as number) - mean];
    product += x * y;
    squares += x * x;
    otherSquares += y * y;
  });
  if (squares === 0 || otherSquares === 0) return null;
  return product / Math.sqrt(squares * otherSquares);
}

/** From 1. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, index) => index);
  order.sort((i, j) => (values[i] as number) - (values[j] as number));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) {
      to += 1;
    }
    for (let at = from; at < to; at += 1) ranks[order[at] as number] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
