/** Which of many columns have drifted. */
import { benjaminiHochberg } from '../benjamini-hochberg.ts';
import type { ColumnDrift } from './measure-sample.ts';

export interface DriftRule {
  /** A column whose statistic is not above it has not moved far enough to matter. */
  readonly threshold: number;
  /** The share of false ones that is expected among the drifted; without drift, the chance of any. */
  readonly alpha: number;
}

export interface Judgement {
  /** The p-value corrected over all columns (Benjamini and Hochberg). */
  readonly corrected: number;
  readonly hasDrifted: boolean;
}

export type JudgedColumn = ColumnDrift & Judgement;

/** @returns the drifted first, then the farthest. */
export function judgeColumns<Column extends ColumnDrift>(
  columns: readonly Column[],
  { threshold, alpha }: DriftRule,
): (Column & Judgement)[] {
  const corrected = benjaminiHochberg(columns.map(({ pValue }) => pValue));
  return columns
    .map((column, index) => {
      const own = corrected[index] ?? 1;
      const hasDrifted = column.value > threshold && own <= alpha;
      return { ...column, corrected: own, hasDrifted };
    })
    .sort((a, b) => Number(b.hasDrifted) - Number(a.hasDrifted) || b.value - a.value);
}

const FEWEST = 999;
const MOST = 9_999;

/** So many permutations that a single drifted column among so many can be told from chance. */
export function permutationsFor(columns: number, alpha: number): number {
  return Math.min(MOST, Math.max(FEWEST, Math.ceil(columns / alpha)));
}
