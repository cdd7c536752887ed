/** Half a cosine wave down to a floor, once or again and again. */
import type { Schedule } from './schedule.ts';

export interface CosineOptions {
  /** η at the start. */
  readonly learningRate: number;
  /** Epochs of the (first) way down, above 0. */
  readonly over: number;
  /** Share of η that is left at the bottom, in [0, 1]. */
  readonly floor: number;
  /** Warm restarts; without them the rate stays at the bottom. */
  readonly restarts?: CosineRestarts | undefined;
}

export interface CosineRestarts {
  /** Each way down is so many times as long as the one before, at least 1. */
  readonly stretch: number;
  /** Each starts at this share of the start before, in (0, 1]. */
  readonly shrink: number;
}

/**
 * η((1 − floor)·s·(1 + cos πf)/2 + floor), f being the share of this way down that is done and s the
 * product of the shrinkings so far; Keras' `CosineDecay` and `CosineDecayRestarts`.
 *
 * @see Loshchilov and Hutter 2016, arXiv:1608.03983, eq. 5
 */
export const cosine =
  ({ learningRate, over, floor, restarts }: CosineOptions): Schedule =>
  (epochs) => {
    const { fraction, height } = restarts
      ? wayDown(epochs / over, restarts)
      : { fraction: Math.min(epochs / over, 1), height: 1 };
    const wave = (height * (1 + Math.cos(Math.PI * fraction))) / 2;
    return learningRate * ((1 - floor) * wave + floor);
  };

/** @param time  in lengths of the first way down. */
function wayDown(
  time: number,
  { stretch, shrink }: CosineRestarts,
): { fraction: number; height: number } {
  let [left, length, height] = [time, 1, 1];
  while (left >= length) {
    left -= length;
    length *= stretch;
    height *= shrink;
  }
  return { fraction: left / length, height };
}
