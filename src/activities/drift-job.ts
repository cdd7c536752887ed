/** What the worker tells a compute child about new data to compare, and what it is told. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { DriftStatistic } from '../drift-statistics.ts';

export interface DriftJob {
  readonly type: 'drift';
  readonly storeFolder: string;
  /** Absolute; the source is relative to it. */
  readonly dataRoot: string;
  readonly source: string;
  /** What the model was trained on; at least one. */
  readonly datasets: readonly ArtifactRef[];
  /** See `DriftTrigger`. */
  readonly statistic: DriftStatistic;
  readonly threshold: number;
  readonly features: number;
  /** Absolute folder, made on demand. */
  readonly scratch: string;
}

export interface DriftedFeature {
  readonly name: string;
  readonly statistic: DriftStatistic;
  /** Of the statistic, from 0. */
  readonly value: number;
}

export interface DriftFinding {
  /** SHA-256 of the bytes that were compared, hex. */
  readonly fingerprint: string;
  readonly verdict: 'drift' | 'no-drift' | 'too-few-rows';
  /** Of the new data, or of the training part where that has fewer. */
  readonly rows: number;
  /** Columns that the model reads; 0 where nothing was compared. */
  readonly compared: number;
  readonly drifted: number;
  /** Of those that drifted, or else of all: the strongest first, five at most. */
  readonly strongest: readonly DriftedFeature[];
}

/** Fewer say nothing: a tenth of them is a handful. */
export const LEAST_ROWS = 50;
