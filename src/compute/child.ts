/**
 * The child's side of the pool: takes one job at a time from the parent, tells what it is doing,
 * and answers.
 *
 *     ready → (warm → warmed)? → run → heartbeat* log* → result | error → run → …
 *
 * The parent is its only reason to live: when the channel closes, it exits at once, in whatever
 * it is doing. What it was doing is repeated by another attempt.
 */
import { PipelineError, isPipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import {
  encodeError,
  type FromChild,
  type LogEntry,
  type LogLevel,
  type ToChild,
} from './protocol.ts';
import { createThrottle } from './throttle.ts';
import { watchParent } from './watch-parent.ts';

export interface JobContext {
  /** Aborted by the parent's `cancel`. */
  readonly signal: AbortSignal;
  heartbeat(details?: Json): void;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, Json>>): void;
}

export interface JobHandler {
  run(payload: Json, context: JobContext): Promise<Json>;
  /** Loads what is slow to load. */
  warm?(): Promise<void>;
}

const THROTTLE_MS = 200;
/** Lines kept between two messages; a step that logs faster loses the oldest, and is told so. */
const MAX_WAITING_LINES = 2000;

/** Serves jobs until the parent goes. Call it once, at the end of the child's entry file. */
export function serveJobs(handler: JobHandler): void {
  if (process.send === undefined) {
    throw new PipelineError('USAGE', 'this file is started by the compute pool, not by hand');
  }
  let job: AbortController | null = null;
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches every process of its group, and a service manager's SIGTERM too.
  // The worker hears it as well and asks each job to save its work: that needs the child alive.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  watchParent();
  process.on('message', (message: ToChild) => {
    if (message.type === 'cancel') job?.abort(new PipelineError('CANCELLED', 'cancelled'));
    else if (message.type === 'warm') void warm(handler);
    else {
      job = new AbortController();
      void serve(handler, message.job, job.signal);
    }
  });
  send({ type: 'ready' });
}

async function warm(handler: JobHandler): Promise<void> {
  try {
    await handler.warm?.();
  } catch (error) {
    // The first job fails in the same way and says so to whoever waits for it.
    process.stderr.write(`warming up failed: ${encodeError(error).message}\n`);
  }
  send({ type: 'warmed' });
}

async function serve(handler: JobHandler, payload: Json, signal: AbortSignal): Promise<void> {
  const heartbeats = createThrottle<Json>({
    everyMs: THROTTLE_MS,
    merge: (_, next) => next,
    send: (details) => send({ type: 'heartbeat', details }),
  });
  const logs = createThrottle<readonly LogEntry[]>({
    everyMs: THROTTLE_MS,
    merge: joinLines,
    send: (entries) => send({ type: 'log', entries }),
  });
  const context: JobContext = {
    signal,
    heartbeat: (details = null) => heartbeats.push(details),
    log: (level, message, fields) =>
      logs.push([{ timeMs: Date.now(), level, message, ...(fields && { fields }) }]),
  };
  let answer: FromChild;
  try {
    const value = await handler.run(payload, context);
    answer = { type: 'result', value, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    const cause: unknown = signal.aborted && !isPipelineError(error) ? signal.reason : error;
    answer = { type: 'error', error: encodeError(cause), rssBytes: process.memoryUsage.rss() };
  }
  logs.flush();
  heartbeats.flush();
  send(answer);
}

function joinLines(waiting: readonly LogEntry[], next: readonly LogEntry[]): readonly LogEntry[] {
  const lines = [...waiting, ...next];
  if (lines.length <= MAX_WAITING_LINES) return lines;
  const kept = lines.slice(-MAX_WAITING_LINES / 2);
  const message = `${lines.length - kept.length} log lines left out: more than can be kept`;
  return [{ timeMs: Date.now(), level: 'warn', message }, ...kept];
}

function send(message: FromChild): void {
  // Without a parent there is no one to answer; `disconnect` ends the process.
  if (process.connected) process.send?.(message);
}
