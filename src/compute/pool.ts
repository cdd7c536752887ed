/** Runs heavy jobs in child processes: a bounded number at once, kept warm between jobs. */
import PQueue from 'p-queue';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { ComputeChild, type JobHooks } from './compute-child.ts';
import type { ComputeJob } from './protocol.ts';

const SECOND = 1000;
const MIB = 1024 * 1024;

export interface ComputePoolOptions {
  /** Path of the JavaScript file that the children run; it calls `serveJobs`. */
  readonly entry: string;
  /** Jobs at once. */
  readonly concurrency: number;
  /** Added to the environment of this process. @default {} */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** A child that had nothing to do for so long is ended. @default 60 s */
  readonly maxIdleMs?: number | undefined;
  /** A child that is larger after a job is ended. @default 1.5 GiB */
  readonly maxRssBytes?: number | undefined;
  /** Jobs after which a child is replaced. @default 50 */
  readonly maxJobs?: number | undefined;
  /** Time to stop after a cancel, for a last checkpoint; then SIGKILL. @default 20 s */
  readonly cancelGraceMs?: number | undefined;
}

const DEFAULTS = {
  env: {} as NodeJS.ProcessEnv,
  maxIdleMs: 60 * SECOND,
  maxRssBytes: 1536 * MIB,
  maxJobs: 50,
  cancelGraceMs: 20 * SECOND,
} satisfies Partial<ComputePoolOptions>;

type Settings = typeof DEFAULTS & Pick<ComputePoolOptions, 'entry' | 'concurrency'>;

/**
 * A pool of children. One that crashed, was cancelled, grew too large, served its number of jobs
 * or idled too long is not used again; a fresh one costs about a second.
 */
export class ComputePool {
  readonly #options: Settings;
  readonly #queue: PQueue;
  readonly #idle: ComputeChild[] = [];
  readonly #alive = new Set<ComputeChild>();
  readonly #closing = new AbortController();
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: ComputePoolOptions) {
    this.#options = { ...DEFAULTS, ...withoutUndefined(options) } as Settings;
    this.#queue = new PQueue({ concurrency: options.concurrency });
  }

  /** Process ids of the children, busy and idle. */
  get pids(): readonly number[] {
    return [...this.#alive].flatMap((child) => child.pid ?? []);
  }

  /**
   * Runs a job when its turn comes.
   *
   * @throws PipelineError what the job threw; `COMPUTE_CRASHED` if its process ended;
   * `CANCELLED` if it was aborted before its turn, or did not stop in time.
   */
  run(job: ComputeJob, hooks: JobHooks): Promise<Json> {
    const signal = AbortSignal.any([hooks.signal, this.#closing.signal]);
    return new Promise<Json>((resolve, reject) => {
      const giveUp = () => reject(cancelledInQueue(job));
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      // Not p-queue's own signal: it would let go of a running job before its last checkpoint.
      void this.#queue.add(async () => {
        signal.removeEventListener('abort', giveUp);
        if (signal.aborted) return;
        await this.#runOnChild(job, { ...hooks, signal }).then(resolve, reject);
      });
    });
  }

  /** Starts up to `n` children ahead of the first jobs; resolves when they are warm. */
  async prewarm(n: number): Promise<void> {
    const missing = Math.min(n, this.#options.concurrency) - this.#alive.size;
    const children = Array.from({ length: Math.max(0, missing) }, () => this.#start());
    this.#idle.push(...children);
    this.#watchIdle();
    await Promise.all(children.map((child) => child.warm()));
  }

  /** Cancels what runs, with its grace, and ends every child. */
  async close(): Promise<void> {
    this.#closing.abort(new PipelineError('CANCELLED', 'the compute pool is closing'));
    await this.#queue.onIdle();
    clearTimeout(this.#idleTimer);
    await Promise.all([...this.#alive].map((child) => child.kill()));
  }

  async #runOnChild(job: ComputeJob, hooks: JobHooks): Promise<Json> {
    const child = this.#takeIdle() ?? this.#start();
    try {
      return await child.run(job, hooks);
    } finally {
      this.#giveBack(child, hooks.signal);
    }
  }

  #takeIdle(): ComputeChild | undefined {
    for (let child = this.#idle.pop(); child; child = this.#idle.pop()) {
      if (!child.dead) return child;
    }
    return undefined;
  }

  #start(): ComputeChild {
    const { entry, env, cancelGraceMs } = this.#options;
    const child = new ComputeChild({
      entry,
      env: { ...process.env, ...env },
      cancelGraceMs,
      onExit: (ended) => this.#alive.delete(ended),
    });
    this.#alive.add(child);
    return child;
  }

  #giveBack(child: ComputeChild, signal: AbortSignal): void {
    const { maxRssBytes, maxJobs } = this.#options;
    if (signal.aborted || child.rssBytes > maxRssBytes || child.jobs >= maxJobs) {
      void child.kill();
    } else if (!child.dead) this.#idle.push(child);
    this.#watchIdle();
  }

  /** Ends children that idle too long; the longest idle are first in the list. */
  #watchIdle(): void {
    clearTimeout(this.#idleTimer);
    const oldest = this.#idle[0];
    if (oldest === undefined || this.#closing.signal.aborted) return;
    const dueInMs = oldest.idleSinceMs + this.#options.maxIdleMs - performance.now();
    if (dueInMs <= 0) {
      this.#idle.shift();
      void oldest.kill();
      return this.#watchIdle();
    }
    this.#idleTimer = setTimeout(() => this.#watchIdle(), dueInMs + 1).unref();
  }
}

function cancelledInQueue(job: ComputeJob): PipelineError {
  return new PipelineError('CANCELLED', `${job.name} was cancelled before it began`);
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
