/** Runs one program in a process group of its own, and leaves nothing of it behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { PipelineError } from '../../errors.ts';
import type { LineSink } from './line-sink.ts';

export interface ProcessOptions {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
  readonly signal: AbortSignal;
  readonly sink: LineSink;
  /** Between SIGTERM and SIGKILL. @default 5 s */
  readonly graceMs?: number | undefined;
}

export interface ProcessEnd {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const GRACE_MS = 5_000;
/** For what it has written to arrive, once all of its processes are gone. */
const DRAIN_MS = 2_000;

/**
 * Starts the program without a shell and waits for its end; then its whole group is killed, so
 * that nothing it started goes on. When `signal` is aborted the group gets SIGTERM, then SIGKILL.
 * If this process exits the group is killed with it.
 *
 * @throws PipelineError `COMMAND_FAILED` if it cannot be started; `CANCELLED` once it has ended
 * after an abort.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const { signal, sink, graceMs = GRACE_MS } = options;
  if (signal.aborted) throw cancelled();
  const child = start(options);
  const killGroup = (how: NodeJS.Signals) => killAll(child, how);
  const onExit = () => killGroup('SIGKILL');
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    killGroup('SIGTERM');
    grace = setTimeout(() => killGroup('SIGKILL'), graceMs);
  };
  process.on('exit', onExit);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const end = await ended(child);
    killGroup('SIGKILL');
    await drained(child);
    sink.end();
    // A program may end well although it was told to stop; nobody takes its result.
    if (signal.aborted) throw cancelled();
    return end;
  } finally {
    clearTimeout(grace);
    process.off('exit', onExit);
    signal.removeEventListener('abort', stop);
  }
}

function start({ program, args, cwd, env, stdin, sink }: ProcessOptions): ChildProcess {
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd,
      env,
      shell: false,
      // Leads a group of its own.
      detached: true,
      windowsHide: true,
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw notStarted(error as NodeJS.ErrnoException);
  }
  if (child.stdout) sink.attach(child.stdout);
  if (child.stderr) sink.attach(child.stderr);
  // A program may end without reading everything.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  return child;
}

function ended(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(error)));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Ends when both streams have; what escaped the group may hold them open, and is not waited for. */
async function drained(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  let late: NodeJS.Timeout | undefined;
  await Promise.race([
    Promise.all(
      streams.map(
        (stream) =>
          new Promise((resolve) => {
            if (stream.closed) resolve(true);
            else stream.once('close', resolve);
          }),
      ),
    ),
    new Promise((resolve) => {
      late = setTimeout(resolve, DRAIN_MS);
    }),
  ]);
  clearTimeout(late);
  for (const stream of streams) stream.destroy();
}

function killAll(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is empty; where there are no groups, the program alone can be ended.
    child.kill(signal);
  }
}

/** Without the system's message, which may quote arguments. */
const notStarted = ({ code }: NodeJS.ErrnoException) =>
  new PipelineError(
    'COMMAND_FAILED',
    `the program could not be started (${code ?? 'it gave no reason'})`,
  );

const cancelled = () => new PipelineError('CANCELLED', 'the command was stopped');
