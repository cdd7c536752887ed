/** Everything that training changes. */
import type { EpochRecord } from '../model.ts';
import type { OptimizerState } from '../optimizers/optimizer.ts';
import type { EarlyStoppingState } from './early-stopping.ts';

export interface TrainingSnapshot {
  /** Epochs closed. */
  readonly epoch: number;
  /** Batches done in the open epoch. */
  readonly batch: number;
  /** Sums over the batches of the open epoch. */
  readonly running: { readonly lossSum: number; readonly correct: number; readonly rows: number };
  readonly history: readonly EpochRecord[];
  readonly watch: EarlyStoppingState;
  /** By early stopping. */
  readonly stopped: boolean;
  /** All weights in layer order. */
  readonly weights: Float32Array;
  readonly bestWeights: Float32Array | null;
  readonly optimizer: OptimizerState;
}
