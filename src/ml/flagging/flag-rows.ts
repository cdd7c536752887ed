import { tellingDecimals } from '../audit/telling-decimals.ts';
import { likeliestClass, type ProbabilityTable } from '../audit/metrics.ts';

export interface FlagRules {
  /** Flag rows whose highest probability is lower. */
  readonly confidenceBelow?: number;
  /** Flag rows whose two highest probabilities are nearer. */
  readonly marginBelow?: number;
  /** Flag rows whose set is not a single class. */
  readonly conformal?: SetRule;
  /** Rows that are drawn, whatever the rules say. */
  readonly sample?: readonly number[];
}

export interface SetRule {
  readonly alpha: number;
  readonly classes: readonly string[];
  /** `[rows]`, indices of classes. */
  readonly sets: readonly (readonly number[])[];
}

export interface FlaggedRow {
  readonly row: number;
  readonly confidence: number;
  /** Such as `confidence 0.41 < 0.60`; several rules are joined by ` and `. */
  readonly reason: string;
  /** It is of the sample; whether a rule flagged it, too. */
  readonly sampled?: 'flagged' | 'accepted';
}

/**
 * Rows that a person should see, the least confident first, ties in row order.
 *
 * @see Settles 2009, Active Learning Literature Survey, section 3.1: least confidence and margin
 */
export function flagRows(table: ProbabilityTable, rules: FlagRules): FlaggedRow[] {
  const sample = new Set(rules.sample);
  const flagged: FlaggedRow[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    const { confidence, margin } = certaintyOf(table, row);
    const met = [
      ...below('confidence', confidence, rules.confidenceBelow),
      ...below('margin', margin, rules.marginBelow),
      ...notSingle(row, rules.conformal),
    ];
    const drawn = sample.has(row);
    if (met.length === 0 && !drawn) continue;
    const reason = [...met, ...(drawn ? ['drawn at random'] : [])].join(' and ');
    const sampled = met.length > 0 ? 'flagged' : 'accepted';
    flagged.push({ row, confidence, reason, ...(drawn && { sampled }) });
  }
  return flagged.sort((a, b) => a.confidence - b.confidence || a.row - b.row);
}

/** All of the sample, and of the others so many from the start. */
export function limitFlagged(rows: readonly FlaggedRow[], maxItems = Infinity): FlaggedRow[] {
  let left = maxItems;
  return rows.filter(({ sampled }) => sampled !== undefined || left-- > 0);
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

/** A set may hold hundreds of classes. */
const MAX_NAMED = 8;

function notSingle(row: number, rule: SetRule | undefined): string[] {
  const set = rule?.sets[row];
  if (rule === undefined || set === undefined || set.length === 1) return [];
  const names = set.slice(0, MAX_NAMED).map((index) => rule.classes[index] ?? '');
  const more = set.length > MAX_NAMED ? [`… ${set.length - MAX_NAMED} more`] : [];
  const shown = set.length === 0 ? 'is empty' : `{${[...names, ...more].join(', ')}}`;
  return [`conformal set ${shown} at α = ${rule.alpha}`];
}
