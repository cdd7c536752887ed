/** A schedule as a pipeline says it. */
import { cosine, type CosineRestarts } from './cosine.ts';
import { exponential, stepped } from './exponential.ts';
import { polynomial } from './polynomial.ts';
import type { Schedule } from './schedule.ts';
import { type Warmup, withWarmup } from './warmup.ts';

/** Times are in epochs; `over` is up to the end of the training unless given. */
export type ScheduleOptions =
  | { readonly type: 'constant' }
  | { readonly type: 'step' | 'exponential'; readonly every: number; readonly factor: number }
  | {
      readonly type: 'cosine';
      readonly over?: number | undefined;
      /** @default 0 */
      readonly floor?: number | undefined;
      /** @default stretch 2, shrink 1 */
      readonly restarts?: Partial<CosineRestarts> | undefined;
    }
  | {
      readonly type: 'polynomial';
      readonly over?: number | undefined;
      /** @default 0.0001 */
      readonly end?: number | undefined;
      /** @default 1 */
      readonly power?: number | undefined;
    };

export interface WholeSchedule {
  readonly learningRate: number;
  /** Of the training. */
  readonly epochs: number;
  /** @default constant */
  readonly schedule?: ScheduleOptions | undefined;
  readonly warmup?: { readonly epochs: number; readonly from?: number | undefined } | undefined;
}

export function createSchedule(options: WholeSchedule): Schedule {
  const { schedule = { type: 'constant' }, warmup, epochs, learningRate } = options;
  if (!warmup) return plain(schedule, { learningRate, epochs });
  const rise: Warmup = { epochs: warmup.epochs, from: warmup.from ?? 0 };
  // A training that ends in its warm-up has no time left, and `over` must be above 0.
  const left = epochs > rise.epochs ? epochs - rise.epochs : epochs;
  return withWarmup(rise, plain(schedule, { learningRate, epochs: left }));
}

interface Time {
  readonly learningRate: number;
  readonly epochs: number;
}

function plain(options: ScheduleOptions, { learningRate, epochs }: Time): Schedule {
  switch (options.type) {
    case 'constant':
      return () => learningRate;
    case 'step':
      return stepped({ ...options, learningRate });
    case 'exponential':
      return exponential({ ...options, learningRate });
    case 'cosine': {
      const { over = epochs, floor = 0, restarts } = options;
      const again = restarts && { stretch: restarts.stretch ?? 2, shrink: restarts.shrink ?? 1 };
      return cosine({ learningRate, over, floor, restarts: again });
    }
    case 'polynomial': {
      const { over = epochs, end = 0.0001, power = 1 } = options;
      return polynomial({ learningRate, over, end, power });
    }
  }
}
