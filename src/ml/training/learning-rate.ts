/** The rate of each step: a schedule, and what plateaus make of it. */
import type { EpochRecord } from '../model.ts';
import {
  NO_PLATEAU,
  type PlateauOptions,
  type PlateauState,
  watchPlateau,
} from './schedules/plateau.ts';
import type { Schedule } from './schedules/schedule.ts';

export interface LearningRateOptions {
  /** η before any schedule. */
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly plateau?: PlateauOptions | undefined;
}

export class LearningRate {
  readonly #options: LearningRateOptions;
  #plateau = NO_PLATEAU;

  constructor(options: LearningRateOptions) {
    this.#options = options;
  }

  /** @param epochs  since the start, with the share of the open one that is done. */
  at(epochs: number): number {
    return this.#options.schedule(epochs) * this.#plateau.scale;
  }

  /** Call once for each epoch that ends. */
  watch(record: EpochRecord): void {
    const { learningRate, plateau } = this.#options;
    if (plateau) this.#plateau = watchPlateau(this.#plateau, { record, learningRate }, plateau);
  }

  /** All that epochs change. */
  get state(): PlateauState {
    return this.#plateau;
  }

  restore(state: PlateauState): void {
    this.#plateau = state;
  }
}
