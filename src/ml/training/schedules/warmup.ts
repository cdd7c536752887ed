/** A rise to the learning rate before a schedule begins. */
import type { Schedule } from './schedule.ts';

export interface Warmup {
  /** Above 0. */
  readonly epochs: number;
  /** Share of the learning rate to start from, in [0, 1]. */
  readonly from: number;
}

/**
 * Rises in a straight line to the rate that `then` starts with, and begins with `then` only after.
 *
 * @see Goyal et al. 2017, arXiv:1706.02677, section 2.2
 */
export function withWarmup({ epochs: length, from }: Warmup, then: Schedule): Schedule {
  return (epochs) =>
    epochs < length ? then(0) * (from + (1 - from) * (epochs / length)) : then(epochs - length);
}
