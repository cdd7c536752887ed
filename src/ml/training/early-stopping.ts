/** When to stop, and which epoch was best: a pure function of the epochs so far. */
import type { EpochRecord } from '../model.ts';

export interface EarlyStoppingOptions {
  readonly monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
  /** Epochs without improvement before stopping, at least 1; Infinity: never. */
  readonly patience: number;
  /** Smallest change that counts as an improvement. */
  readonly minDelta: number;
  readonly restoreBest: boolean;
}

export interface EarlyStoppingState {
  /** From 1; 0 before the first epoch. */
  readonly bestEpoch: number;
  readonly bestValue: number | null;
  readonly epochsWithout: number;
}

export const NOTHING_YET: EarlyStoppingState = { bestEpoch: 0, bestValue: null, epochsWithout: 0 };

/** Improved means better than the best by more than `minDelta`, as Keras has it. */
export function watchEpoch(
  state: EarlyStoppingState,
  record: EpochRecord,
  { monitor, minDelta }: EarlyStoppingOptions,
): EarlyStoppingState {
  const value = record[monitor] as number;
  const { bestValue } = state;
  const better =
    bestValue === null ||
    (monitor === 'validationLoss' ? value < bestValue - minDelta : value > bestValue + minDelta);
  if (better) return { bestEpoch: record.epoch, bestValue: value, epochsWithout: 0 };
  return { ...state, epochsWithout: state.epochsWithout + 1 };
}
