/** Confidence bounds of a share, by the divergence of Bernoulli distributions. */

const HALVINGS = 60;

/** Kullback–Leibler divergence of Bernoulli(q) from Bernoulli(p), in nats. */
function divergence(p: number, q: number): number {
  const term = (a: number, b: number): number => (a === 0 ? 0 : a * Math.log(a / b));
  return term(p, q) + term(1 - p, 1 - q);
}

/**
 * The largest q with KL(p, q) ≤ level.
 *
 * @param level  at least 0, such as ln(1/δ)/n.
 * @see Kaufmann and Kalyanakrishnan 2013, Information Complexity in Bandit Subset Selection
 */
export function upperBound(p: number, level: number): number {
  let [low, high] = [p, 1];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (divergence(p, middle) > level) high = middle;
    else low = middle;
  }
  return low;
}

/** The smallest q with KL(p, q) ≤ level. */
export const lowerBound = (p: number, level: number): number => 1 - upperBound(1 - p, level);
