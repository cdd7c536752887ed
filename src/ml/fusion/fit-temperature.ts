/** The temperature that calibrates a classifier. */
import { SMALLEST_PROBABILITY, type ProbabilityTable } from '../audit/metrics.ts';

/** Beyond, a model is certain of everything or of nothing, and the rows do not say how far. */
export const TEMPERATURES = { least: 0.01, most: 100 } as const;

/** Of 1/T; float64 has no more digits. */
const TOLERANCE = 1e-14;
const MOST_STEPS = 200;

/**
 * The T within `TEMPERATURES` that minimises the log loss of softmax(ln p / T); probabilities
 * below 1e-7 count as that.
 *
 * The loss is convex in β = 1/T: its derivative, the mean of Σₖ sₖ ln pₖ − ln p_y, never falls. Newton's
 * steps towards its zero, halving where one would leave the bracket.
 *
 * @param labels  `[rows]`, true class indices; at least one.
 */
export function fitTemperature(labels: ArrayLike<number>, table: ProbabilityTable): number {
  const logs = Float64Array.from({ length: table.rows * table.classes }, (_, at) =>
    Math.log(Math.max(table.values[at] ?? NaN, SMALLEST_PROBABILITY)),
  );
  const slopeAt = (beta: number) => slope(beta, { labels, logs, classes: table.classes });
  let [low, high] = [1 / TEMPERATURES.most, 1 / TEMPERATURES.least];
  if (slopeAt(low).first >= 0) return TEMPERATURES.most;
  if (slopeAt(high).first <= 0) return TEMPERATURES.least;
  let beta = 1;
  for (let step = 0; step < MOST_STEPS && high - low > TOLERANCE * high; step += 1) {
    const { first, second } = slopeAt(beta);
    if (first === 0) return 1 / beta;
    if (first < 0) low = beta;
    else high = beta;
    const next = beta - first / second;
    const inside = next > low && next < high;
    if (inside && Math.abs(next - beta) <= TOLERANCE * beta) return 1 / next;
    beta = inside ? next : (low + high) / 2;
  }
  return 1 / beta;
}

interface LogTable {
  readonly labels: ArrayLike<number>;
  /** `[rows, classes]`. */
  readonly logs: Float64Array;
  readonly classes: number;
}

/** Derivatives of the log loss by β: s = softmax(β ln p), its mean and variance of ln p. */
function slope(beta: number, { labels, logs, classes }: LogTable) {
  let [first, second] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const own = logs.subarray(row * classes, (row + 1) * classes);
    const most = own.reduce((largest, value) => Math.max(largest, value), -Infinity);
    let [sum, mean, square] = [0, 0, 0];
    for (const value of own) {
      const share = Math.exp(beta * (value - most));
      sum += share;
      mean += share * (value - most);
      square += share * (value - most) ** 2;
    }
    mean /= sum;
    first += mean - ((own[labels[row] ?? -1] ?? NaN) - most);
    second += square / sum - mean ** 2;
  }
  return { first: first / labels.length, second: second / labels.length };
}
