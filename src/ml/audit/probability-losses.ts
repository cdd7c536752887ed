/** What a row's probabilities cost, equal to scikit-learn's. */
import type { ProbabilityTable } from './metrics.ts';

/** The least and, from 1, the greatest probability that counts; float64's machine precision. */
const PRECISION = Number.EPSILON;

/** −ln of the true class' probability, in nats; at most 36.04, so that one row stays finite. */
export function logLossOfRow(label: number, table: ProbabilityTable, row: number): number {
  const probability = table.values[row * table.classes + label] ?? NaN;
  return -Math.log(Math.min(1 - PRECISION, Math.max(PRECISION, probability)));
}

/**
 * Σ over the classes of (probability − 1 for the true one, 0 for others)², 0 to 2; half of it for
 * two classes, so that it is the squared error of either one's probability, 0 to 1.
 *
 * @see Brier 1950, "Verification of forecasts expressed in terms of probability"
 */
export function brierOfRow(label: number, table: ProbabilityTable, row: number): number {
  const { classes, values } = table;
  let sum = 0;
  for (let index = 0; index < classes; index += 1) {
    sum += ((values[row * classes + index] ?? NaN) - (index === label ? 1 : 0)) ** 2;
  }
  return classes < 3 ? sum / 2 : sum;
}
