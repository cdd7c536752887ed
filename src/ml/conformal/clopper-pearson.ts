import { binomialTail } from './binomial-tail.ts';

/**
 * The exact interval of a proportion: all p that neither one-sided binomial test rejects at half of
 * 1 − confidence. It covers the truth at least as often as it says.
 *
 * @param successes  an integer from 0 to `trials`.
 * @param trials  from 1.
 * @param confidence  such as 0.95.
 * @see Clopper and Pearson 1934, Biometrika 26
 */
export function clopperPearson(
  successes: number,
  trials: number,
  confidence: number,
): { low: number; high: number } {
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  return {
    // P(X ≥ successes | p) is P(failures of the mirrored one ≤ failures | 1 − p).
    low: successes === 0 ? 0 : 1 - largestWithTail(failures, trials, tail),
    high: failures === 0 ? 1 : largestWithTail(successes, trials, tail),
  };
}

/** The p at which P(X ≤ successes) falls to the tail; it falls with p. */
function largestWithTail(successes: number, trials: number, tail: number): number {
  let [low, high] = [0, 1];
  // Halved until float64 has no number between.
  for (let middle = 0.5; middle > low && middle < high; middle = (low + high) / 2) {
    if (binomialTail(successes, trials, middle) > tail) low = middle;
    else high = middle;
  }
  return low;
}
