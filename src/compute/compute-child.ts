/**
 * One child process of the pool, as the parent sees it.
 *
 *     starting → idle ⇄ busy → dead
 *
 * A child serves one job at a time. It is dead once its process has ended; every end that the
 * parent did not ask for while a job runs rejects that job, and nothing else.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import {
  decodeError,
  type ComputeJob,
  type FromChild,
  type LogEntry,
  type ToChild,
} from './protocol.ts';

export interface JobHooks {
  /** Aborting it asks the child to stop; after the grace it is killed. */
  readonly signal: AbortSignal;
  readonly onHeartbeat?: ((details: Json) => void) | undefined;
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
}

export interface ComputeChildOptions {
  /** Path of the JavaScript file to fork, which calls `serveJobs`. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cancelGraceMs: number;
  /** Called once, when the process has ended. */
  readonly onExit: (child: ComputeChild) => void;
}

interface Running {
  readonly job: ComputeJob;
  readonly hooks: JobHooks;
  readonly resolve: (value: Json) => void;
  readonly reject: (error: PipelineError) => void;
}

const STDERR_TAIL_CHARS = 4000;
/** Below the worker's own, so that its event loop keeps answering while all cores compute. */
const NICE_BELOW = 5;

export class ComputeChild {
  readonly #process: ChildProcess;
  readonly #options: ComputeChildOptions;
  #running: Running | null = null;
  #graceTimer: NodeJS.Timeout | undefined;
  #killedAfterGrace = false;
  #warmed: (() => void)[] = [];
  #output = '';
  #resolveEnded: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#resolveEnded = resolve;
  });
  dead = false;
  jobs = 0;
  /** Resident memory after the last job. */
  rssBytes = 0;
  idleSinceMs = performance.now();

  constructor(options: ComputeChildOptions) {
    this.#options = options;
    this.#process = fork(options.entry, [], {
      // Not the parent's flags: an inspector port or a loader must not be taken twice.
      execArgv: [],
      env: options.env,
      serialization: 'json',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    lowerPriority(this.#process.pid);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-STDERR_TAIL_CHARS);
      });
    }
    this.#process.on('message', (message: FromChild) => this.#receive(message));
    // `close` comes after the streams have ended, so the tail is whole.
    this.#process.on('close', (code, signal) => this.#end(signal ?? `code ${String(code)}`));
    this.#process.on('error', (error) => this.#end(error.message));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Runs a job; the child must be idle.
   *
   * @throws PipelineError what the job threw; `COMPUTE_CRASHED` if the process ended;
   * `CANCELLED` if it was killed because it did not stop in time.
   */
  run(job: ComputeJob, hooks: JobHooks): Promise<Json> {
    const { signal } = hooks;
    const cancel = () => this.#cancel();
    const answer = new Promise<Json>((resolve, reject) => {
      this.#running = { job, hooks, resolve, reject };
    });
    this.jobs += 1;
    signal.addEventListener('abort', cancel, { once: true });
    if (this.dead) this.#end('before the job began');
    else this.#send({ type: 'run', job: job.payload });
    if (signal.aborted) cancel();
    return answer.finally(() => {
      signal.removeEventListener('abort', cancel);
      clearTimeout(this.#graceTimer);
      this.idleSinceMs = performance.now();
    });
  }

  /** Resolves when the child has loaded what is slow to load, or has died. */
  warm(): Promise<void> {
    return new Promise((resolve) => {
      if (this.dead) return resolve();
      this.#warmed.push(resolve);
      this.#send({ type: 'warm' });
    });
  }

  /** Ends the process, which holds nothing that matters between jobs; resolves when it has ended. */
  kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    return this.#ended;
  }

  #cancel(): void {
    this.#send({ type: 'cancel' });
    this.#graceTimer = setTimeout(() => {
      this.#killedAfterGrace = true;
      void this.kill();
    }, this.#options.cancelGraceMs);
  }

  #receive(message: FromChild): void {
    const running = this.#running;
    switch (message.type) {
      case 'ready':
        return;
      case 'warmed':
        for (const resolve of this.#warmed.splice(0)) resolve();
        return;
      case 'heartbeat':
        return running?.hooks.onHeartbeat?.(message.details);
      case 'log':
        return message.entries.forEach((entry) => running?.hooks.onLog?.(entry));
      case 'result':
      case 'error':
        this.#running = null;
        this.rssBytes = message.rssBytes;
        if (message.type === 'result') running?.resolve(message.value);
        else running?.reject(decodeError(message.error));
    }
  }

  #end(how: string): void {
    const running = this.#running;
    this.#running = null;
    running?.reject(
      this.#killedAfterGrace
        ? notStopped(running.job, this.#options.cancelGraceMs)
        : crashed(running.job, how, this.#output),
    );
    if (this.dead) return;
    this.dead = true;
    for (const resolve of this.#warmed.splice(0)) resolve();
    this.#resolveEnded();
    this.#options.onExit(this);
  }

  #send(message: ToChild): void {
    // A channel that is closed already is followed by `close`, which rejects the job.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}

function crashed(job: ComputeJob, how: string, output: string): PipelineError {
  const tail = output.trim();
  return new PipelineError(
    'COMPUTE_CRASHED',
    `the compute process of ${job.name} ended (${how})${tail ? `; it last wrote:\n${tail}` : ''}`,
    {
      remedy:
        how === 'SIGKILL'
          ? 'if memory ran out, lower the batch size or run fewer steps at once; it is tried again'
          : 'it is tried again; if it happens each time, see the lines above',
      details: { how },
    },
  );
}

function notStopped(job: ComputeJob, graceMs: number): PipelineError {
  return new PipelineError(
    'CANCELLED',
    `${job.name} did not stop in ${graceMs} ms and was killed`,
    {
      details: { graceMs },
    },
  );
}

function lowerPriority(pid: number | undefined): void {
  if (process.platform !== 'linux' || pid === undefined) return;
  try {
    setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + NICE_BELOW));
  } catch {
    // It ended already, or the system allows no change; both are harmless.
  }
}
