/** A lower rate where an epoch's figure no longer gets better: a pure function of the epochs so far. */
import type { EpochRecord } from '../../model.ts';

export interface PlateauOptions {
  readonly monitor: 'loss' | 'validationLoss' | 'accuracy' | 'validationAccuracy';
  /** What the rate is multiplied by, in (0, 1). */
  readonly factor: number;
  /** Epochs without improvement before the rate falls, at least 1. */
  readonly patience: number;
  /** Smallest change that counts as an improvement. */
  readonly minDelta: number;
  /** Epochs after a fall that do not count as without improvement. */
  readonly cooldown: number;
  /** The rate never falls below this. */
  readonly minRate: number;
}

export interface PlateauState {
  /** `null` before the first epoch. */
  readonly best: number | null;
  readonly epochsWithout: number;
  readonly cooldownLeft: number;
  /** What the learning rate is multiplied by. */
  readonly scale: number;
}

export const NO_PLATEAU: PlateauState = { best: null, epochsWithout: 0, cooldownLeft: 0, scale: 1 };

export interface PlateauEpoch {
  readonly record: EpochRecord;
  /** The rate before any fall. */
  readonly learningRate: number;
}

/** Keras' `ReduceLROnPlateau`, step by step. */
export function watchPlateau(
  state: PlateauState,
  { record, learningRate }: PlateauEpoch,
  options: PlateauOptions,
): PlateauState {
  const value = record[options.monitor] as number;
  const cooled =
    state.cooldownLeft > 0
      ? { ...state, cooldownLeft: state.cooldownLeft - 1, epochsWithout: 0 }
      : state;
  if (isBetter(value, cooled.best, options)) return { ...cooled, best: value, epochsWithout: 0 };
  if (cooled.cooldownLeft > 0) return cooled;
  const epochsWithout = cooled.epochsWithout + 1;
  const rate = learningRate * cooled.scale;
  if (epochsWithout < options.patience || rate <= options.minRate) {
    return { ...cooled, epochsWithout };
  }
  const scale = Math.max(cooled.scale * options.factor, options.minRate / learningRate);
  return { ...cooled, scale, epochsWithout: 0, cooldownLeft: options.cooldown };
}

function isBetter(
  value: number,
  best: number | null,
  { monitor, minDelta }: PlateauOptions,
): boolean {
  if (best === null) return true;
  const isLoss = monitor === 'loss' || monitor === 'validationLoss';
  return isLoss ? value < best - minDelta : value > best + minDelta;
}
