/** Thresholds for the scores of classes, from calibration rows. */
import { calibratedThreshold, calibrationRank } from './calibrated-threshold.ts';
import type { ClassScores } from './class-scores.ts';

/** A set of rows with a threshold of its own. */
export interface ConformalGroup {
  /** Index of the class whose rows these are; `null`: all rows. */
  readonly classIndex: number | null;
  /** Calibration rows. */
  readonly n: number;
  /** Which of their scores the threshold is, the smallest being 1; n + 1 where there is none. */
  readonly rank: number;
  /** `null`: there are too few rows, and the label belongs to every set. */
  readonly threshold: number | null;
}

export interface ClassFit {
  readonly alpha: number;
  /** Each class has a threshold of its own, so that each is covered. */
  readonly classConditional: boolean;
  readonly classes: number;
}

/**
 * One threshold for all rows, or one for each class from the rows of that class.
 *
 * @param labels  `[rows]`, true classes of the calibration rows.
 * @see Vovk 2012, Conditional Validity of Inductive Conformal Predictors, arXiv:1209.2673
 * (Mondrian, by the label)
 */
export function fitClasses(
  labels: ArrayLike<number>,
  scoreOf: ClassScores,
  { alpha, classConditional, classes }: ClassFit,
): ConformalGroup[] {
  const scores = Array.from(labels, (label, row) => ({ label, score: scoreOf(row, label) }));
  const fit = (classIndex: number | null): ConformalGroup => {
    const own = scores.filter(({ label }) => classIndex === null || label === classIndex);
    const threshold = calibratedThreshold(
      own.map(({ score }) => score),
      alpha,
    );
    return {
      classIndex,
      n: own.length,
      rank: calibrationRank(own.length, alpha),
      threshold: Number.isFinite(threshold) ? threshold : null,
    };
  };
  return classConditional ? Array.from({ length: classes }, (_, index) => fit(index)) : [fit(null)];
}
