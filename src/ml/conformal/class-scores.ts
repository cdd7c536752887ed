/** Scores of labels by the method that a calibration names. */
import type { ProbabilityTable } from '../audit/metrics.ts';
import { CounterRandom } from '../random.ts';
import { apsScore } from './aps-score.ts';
import { lacScore } from './lac-score.ts';

export const CONFORMAL_METHODS = ['lac', 'aps', 'randomised-aps'] as const;
export type ConformalMethod = (typeof CONFORMAL_METHODS)[number];

export interface ScoredRows {
  readonly table: ProbabilityTable;
  /** `[rows]`, rows of the source: what the draws of a row are keyed by. */
  readonly sourceRows: ArrayLike<number>;
}

export interface ScoreSettings {
  readonly method: ConformalMethod;
  /** Of the draws of randomised-aps. */
  readonly seed: number;
  /** Draws for calibration and for sets must not be the same. */
  readonly purpose: 'calibration' | 'sets';
}

/** The score of a label of a row. */
export type ClassScores = (row: number, label: number) => number;

/** The draws of a row are the same whenever it is asked for. */
export function classScores(
  { table, sourceRows }: ScoredRows,
  { method, seed, purpose }: ScoreSettings,
): ClassScores {
  const { values, classes } = table;
  const rowOf = (row: number) =>
    Float64Array.from({ length: classes }, (_, index) => values[row * classes + index] ?? NaN);
  if (method === 'lac') return (row, label) => lacScore(rowOf(row), label);
  if (method === 'aps') return (row, label) => apsScore(rowOf(row), label, 0);
  const stream = `conformal-${purpose}`;
  const draws = Float64Array.from({ length: table.rows }, (_, row) =>
    new CounterRandom({ seed, stream, step: sourceRows[row] ?? 0 }).uniform(),
  );
  return (row, label) => apsScore(rowOf(row), label, draws[row] ?? NaN);
}
