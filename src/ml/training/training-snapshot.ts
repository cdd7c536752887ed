/** Everything that training changes. */
import type { EpochRecord } from '../model.ts';
import type { OptimizerState } from '../optimizers/optimizer.ts';
import type { EarlyStoppingState } from './early-stopping.ts';
import type { PlateauState } from './schedules/plateau.ts';
import type { Scores } from './scores.ts';

export interface TrainingSnapshot {
  /** Epochs closed. */
  readonly epoch: number;
  /** Passes done in the open epoch. */
  readonly batch: number;
  /** Sums over the passes of the open epoch. */
  readonly running: Scores;
  readonly history: readonly EpochRecord[];
  readonly watch: EarlyStoppingState;
  readonly plateau: PlateauState;
  /** By early stopping. */
  readonly stopped: boolean;
  /** All weights in layer order. */
  readonly weights: Float32Array;
  readonly bestWeights: Float32Array | null;
  /** Of the passes of a step that is not done yet, `[trainable values]`. */
  readonly gradient: Float32Array | null;
  readonly optimizer: OptimizerState;
}
