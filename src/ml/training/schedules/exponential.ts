/** Rates that fall by the same factor in equal times: smoothly, or in steps. */
import type { Schedule } from './schedule.ts';

export interface ExponentialOptions {
  /** η at the start. */
  readonly learningRate: number;
  /** Epochs in which the rate falls by `factor`, above 0. */
  readonly every: number;
  /** Above 0. */
  readonly factor: number;
}

/** η·factor^(t/every); Keras' `ExponentialDecay`. */
export const exponential =
  ({ learningRate, every, factor }: ExponentialOptions): Schedule =>
  (epochs) =>
    learningRate * factor ** (epochs / every);

/** η·factor^⌊t/every⌋; Keras' `ExponentialDecay` with `staircase`. */
export const stepped =
  ({ learningRate, every, factor }: ExponentialOptions): Schedule =>
  (epochs) =>
    learningRate * factor ** Math.floor(epochs / every);
