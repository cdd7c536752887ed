/** Which rows each pass of an epoch sees, and which passes make one step of the optimizer. */
import type { Batching } from './batching.ts';
import type { RowRange } from './rows.ts';

export class StepPlan {
  /** Of an epoch. */
  readonly passes: number;
  /** Of an epoch. */
  readonly steps: number;
  readonly #rows: number;
  readonly #batching: Batching;

  /** @param rows  of the training part, at least 1. */
  constructor(rows: number, batching: Batching) {
    this.#rows = rows;
    this.#batching = batching;
    this.passes = Math.ceil(rows / batching.rowsPerPass);
    this.steps = Math.ceil(this.passes / batching.passesPerStep);
  }

  /** @param pass  of the epoch, from 0. */
  rowsOf(pass: number): RowRange {
    return this.#range(pass, this.#batching.rowsPerPass);
  }

  /** The step that a pass belongs to, and the share of the step's rows that are the pass'. */
  stepOf(pass: number): { index: number; share: number; isLast: boolean } {
    const { rowsPerPass, passesPerStep } = this.#batching;
    const index = Math.floor(pass / passesPerStep);
    const step = this.#range(index, rowsPerPass * passesPerStep);
    const { start, end } = this.rowsOf(pass);
    const share = (end - start) / (step.end - step.start);
    return { index, share, isLast: end === step.end };
  }

  #range(index: number, size: number): RowRange {
    return { start: index * size, end: Math.min((index + 1) * size, this.#rows) };
  }
}
