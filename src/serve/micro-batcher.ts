/** Joins the rows of requests that come close together into one pass through the model. */
import PQueue from 'p-queue';
import { isPipelineError, PipelineError } from '../errors.ts';
import type { Ask } from '../predict/predict-batches.ts';

export interface BatcherOptions {
  /** Of one pass; a request that has more is a pass of its own. */
  readonly maxRows: number;
  /** How long the first row of a pass waits for others, in milliseconds. */
  readonly waitMs: number;
  /** Rows that may wait for a pass; beyond that requests are refused. */
  readonly maxQueuedRows: number;
  /** Called as each pass begins. */
  readonly onPass: () => void;
}

interface Waiting {
  readonly x: Float32Array;
  readonly rows: number;
  readonly resolve: (probabilities: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

/** One pass at a time: what comes meanwhile is joined for the next. */
export class MicroBatcher {
  readonly #ask: Ask;
  readonly #options: BatcherOptions;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #waiting: Waiting[] = [];
  #queuedRows = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ask: Ask, options: BatcherOptions) {
    this.#ask = ask;
    this.#options = options;
  }

  get queuedRows(): number {
    return this.#queuedRows;
  }

  /**
   * @param x  `[rows, width]`.
   * @returns `[rows, classes]`, the same bits as in a pass of their own.
   * @throws PipelineError `SERVE_BUSY` at once where too many rows wait; what the model throws.
   */
  predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const { maxQueuedRows, maxRows, waitMs } = this.#options;
    if (this.#queuedRows > 0 && this.#queuedRows + rows > maxQueuedRows) {
      throw new PipelineError('SERVE_BUSY', `${this.#queuedRows} rows are waiting already`, {
        remedy: 'send it again a little later',
      });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ x, rows, resolve, reject });
      this.#queuedRows += rows;
      if (this.#queuedRows >= maxRows) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), waitMs);
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One that waits for its turn will take whatever is there by then.
    if (this.#queue.size === 0) void this.#queue.add(() => this.#pass());
  }

  async #pass(): Promise<void> {
    const taken = this.#take();
    if (taken.length === 0) return;
    try {
      const rows = taken.reduce((sum, { rows: some }) => sum + some, 0);
      const probabilities = await this.#askTwice(joined(taken), rows);
      const classes = probabilities.length / rows;
      let at = 0;
      for (const { rows: some, resolve } of taken) {
        resolve(probabilities.subarray(at, at + some * classes));
        at += some * classes;
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    // What came during the pass has waited long enough.
    if (this.#waiting.length > 0) this.#flush();
  }

  /** Whole requests, in order, up to the rows of a pass and at least one. */
  #take(): Waiting[] {
    let rows = 0;
    const count = this.#waiting.findIndex((waiting, index) => {
      rows += waiting.rows;
      return index > 0 && rows > this.#options.maxRows;
    });
    const taken = this.#waiting.splice(0, count < 0 ? this.#waiting.length : count);
    for (const waiting of taken) this.#queuedRows -= waiting.rows;
    return taken;
  }

  /** A process that died is started anew: nobody need send their rows again. */
  async #askTwice(x: Float32Array, rows: number): Promise<Float32Array> {
    this.#options.onPass();
    try {
      return await this.#ask(x, rows);
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'COMPUTE_CRASHED') throw error;
      this.#options.onPass();
      return this.#ask(x, rows);
    }
  }
}

function joined(taken: readonly Waiting[]): Float32Array {
  const [only] = taken;
  if (taken.length === 1 && only) return only.x;
  const all = new Float32Array(taken.reduce((sum, { x }) => sum + x.length, 0));
  let at = 0;
  for (const { x } of taken) {
    all.set(x, at);
    at += x.length;
  }
  return all;
}
