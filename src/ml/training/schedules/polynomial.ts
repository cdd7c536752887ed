/** From one rate to another along a power of the time that is left. */
import type { Schedule } from './schedule.ts';

export interface PolynomialOptions {
  /** η at the start. */
  readonly learningRate: number;
  /** Epochs until the end rate, which then stays; above 0. */
  readonly over: number;
  /** The rate at the end, at least 0. */
  readonly end: number;
  /** 1 is a straight line; above 0. */
  readonly power: number;
}

/** (η − end)(1 − t/over)^power + end; Keras' `PolynomialDecay`. */
export const polynomial =
  ({ learningRate, over, end, power }: PolynomialOptions): Schedule =>
  (epochs) =>
    (learningRate - end) * (1 - Math.min(epochs / over, 1)) ** power + end;
