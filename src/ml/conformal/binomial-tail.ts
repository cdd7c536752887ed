/**
 * P(X ≤ successes) of X ~ B(trials, probability), exact but for rounding.
 *
 * @param successes  an integer from 0 to `trials`.
 * @param probability  0 to 1.
 */
export function binomialTail(successes: number, trials: number, probability: number): number {
  if (successes >= trials || probability <= 0) return 1;
  if (probability >= 1) return 0;
  const logs = logProbabilities(trials, probability);
  const upTo = (last: number) =>
    logs.subarray(0, last + 1).reduce((sum, log) => sum + Math.exp(log), 0);
  return Math.min(1, upTo(successes) / upTo(trials));
}

/** `[trials + 1]`, up to one constant; the largest is 0, so that nothing overflows. */
function logProbabilities(trials: number, probability: number): Float64Array {
  const logs = new Float64Array(trials + 1);
  const logOdds = Math.log(probability) - Math.log1p(-probability);
  for (let count = 0; count < trials; count += 1) {
    logs[count + 1] = (logs[count] ?? 0) + Math.log((trials - count) / (count + 1)) + logOdds;
  }
  const largest = logs.reduce((most, one) => Math.max(most, one), -Infinity);
  return logs.map((log) => log - largest);
}
