import { tellingDecimals } from '../audit/telling-decimals.ts';
import { likeliestClass, type ProbabilityTable } from '../audit/metrics.ts';

export interface FlagRules {
  /** Flag rows whose highest probability is lower. */
  readonly confidenceBelow?: number;
  /** Flag rows whose two highest probabilities are nearer. */
  readonly marginBelow?: number;
}

export interface FlaggedRow {
  readonly row: number;
  readonly confidence: number;
  /** Such as `confidence 0.41 < 0.60`; several rules are joined by ` and `. */
  readonly reason: string;
}

/**
 * Rows that a person should see, the least confident first, ties in row order.
 *
 * @see Settles 2009, Active Learning Literature Survey, section 3.1: least confidence and margin
 */
export function flagRows(table: ProbabilityTable, rules: FlagRules): FlaggedRow[] {
  const flagged: FlaggedRow[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const { confidence, margin } = certaintyOf(table, row);
    const reasons = [
      ...below('confidence', confidence, rules.confidenceBelow),
      ...below('margin', margin, rules.marginBelow),
    ];
    if (reasons.length > 0) flagged.push({ row, confidence, reason: reasons.join(' and ') });
  }
  return flagged.sort((a, b) => a.confidence - b.confidence || a.row - b.row);
}

/** The highest probability of a row, and by how much it leads the second. */
function certaintyOf(
  { values, classes, ...table }: ProbabilityTable,
  row: number,
): { confidence: number; margin: number } {
  const best = likeliestClass({ values, classes, ...table }, row);
  const confidence = values[row * classes + best] ?? NaN;
  let second = 0;
  for (let index = 0; index < classes; index += 1) {
    if (index !== best) second = Math.max(second, values[row * classes + index] ?? NaN);
  }
  return { confidence, margin: confidence - second };
}

function below(name: string, value: number, bound: number | undefined): string[] {
  if (bound === undefined || value >= bound) return [];
  const shown = tellingDecimals(value, bound, 2);
  return [`${name} ${shown(value)} < ${shown(bound)}`];
}
