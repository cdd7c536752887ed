/** What the step `drift` writes down. */
import type { DriftStatistic } from '../../../drift-statistics.ts';
import type { JudgedColumn } from './judge-columns.ts';

/** The JSON of an artifact of media type `MEDIA_TYPE.drift`. */
export interface DriftReport {
  readonly version: 1;
  readonly verdict: 'drift' | 'no-drift' | 'too-few-rows';
  readonly statistic: DriftStatistic;
  readonly threshold: number;
  readonly alpha: number;
  /** So many columns must have drifted. */
  readonly features: number;
  readonly rows: { readonly reference: number; readonly current: number };
  /** The drifted first, then the farthest; none where there are too few rows. */
  readonly columns: readonly JudgedColumn[];
  readonly predictions: PredictionDrift | null;
  /** Most permutations of a test of Wasserstein's distance; the other statistics need none. */
  readonly permutations: number;
  readonly seed: number;
}

/** Of the classes that the model predicts. */
export interface PredictionDrift extends Omit<JudgedColumn, 'column'> {
  /** Rows given each class, then and now. */
  readonly classes: readonly {
    readonly class: string;
    readonly reference: number;
    readonly current: number;
  }[];
}
