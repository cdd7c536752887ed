/** The mean of paired differences, with an interval by Student's t. */

export interface PairedInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param differences  one for each pair, at least two; their distribution should be near normal.
 * @param confidence   of the interval, such as 0.95.
 * @see Student 1908, "The probable error of a mean", Biometrika 6
 */
export function pairedInterval(differences: readonly number[], confidence: number): PairedInterval {
  const n = differences.length;
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0);
  const value = mean(differences) / n;
  const variance = mean(differences.map((one) => (one - value) ** 2)) / (n - 1);
  const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}

/**
 * The value that a t variable stays below with this probability.
 *
 * @param probability  above 0.5 and below 1.
 * @param degrees      of freedom, an integer from 1.
 */
export function studentQuantile(probability: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (centralShare(high, degrees) < 2 * probability - 1) high *= 2;
  // Halved until float64 has no number between.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (centralShare(middle, degrees) < 2 * probability - 1) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * P(|T| ≤ t), a finite sum for whole degrees of freedom.
 *
 * @see Abramowitz and Stegun 1964, Handbook of Mathematical Functions, 26.7.3 and 26.7.4
 */
function centralShare(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, squared] = [Math.sin(angle), Math.cos(angle) ** 2];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = isOdd ? 1 : 0; k <= degrees - 2; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * squared;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
