/** The messages between the pool and its child processes, and errors on their way across. */
import { ERROR_CODES, PipelineError, isPipelineError, type ErrorCode } from '../errors.ts';
import type { Json } from '../json.ts';

/** Work for a child; `payload` is what the child's handler is given. */
export interface ComputeJob {
  /** Names the job in messages, such as the step kind. */
  readonly name: string;
  readonly payload: Json;
}

export type LogLevel = 'info' | 'warn' | 'error';

export interface LogEntry {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: Readonly<Record<string, Json>> | undefined;
}

export type ToChild =
  | { readonly type: 'run'; readonly job: Json }
  /** Stop at the next good moment, save what is worth it, and answer. */
  | { readonly type: 'cancel' }
  /** Load what is slow to load, while there is nothing else to do. */
  | { readonly type: 'warm' };

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'warmed' }
  | { readonly type: 'heartbeat'; readonly details: Json }
  | { readonly type: 'log'; readonly entries: readonly LogEntry[] }
  | { readonly type: 'result'; readonly value: Json; readonly rssBytes: number }
  | { readonly type: 'error'; readonly error: ErrorFrame; readonly rssBytes: number };

/** A PipelineError as JSON. */
export interface ErrorFrame {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly location?: PipelineError['location'];
  readonly stack?: string | undefined;
}

/** An error of any kind as JSON; what is not a PipelineError becomes `INTERNAL`. */
export function encodeError(error: unknown): ErrorFrame {
  if (isPipelineError(error)) {
    const { code, message, remedy, location, stack } = error;
    return { code, message, remedy, details: plain(error.details), location, stack };
  }
  if (error instanceof Error || isErrorLike(error)) {
    const name = error.name === 'Error' ? '' : `${error.name}: `;
    return { code: 'INTERNAL', message: name + error.message, stack: error.stack };
  }
  return { code: 'INTERNAL', message: `a step threw ${String(error)}` };
}

/** `instanceof` fails across vm contexts. */
function isErrorLike(value: unknown): value is Error {
  return typeof (value as { message?: unknown } | null)?.message === 'string';
}

/** Details that JSON cannot hold must not hide the error itself. */
function plain(details: PipelineError['details']): PipelineError['details'] {
  try {
    return details && (JSON.parse(JSON.stringify(details)) as PipelineError['details']);
  } catch {
    return { unprintable: true };
  }
}

export function decodeError(frame: ErrorFrame): PipelineError {
  const known = (ERROR_CODES as readonly string[]).includes(frame.code);
  const error = new PipelineError(
    known ? (frame.code as ErrorCode) : 'INTERNAL',
    known ? frame.message : `${frame.code}: ${frame.message}`,
    { remedy: frame.remedy, details: frame.details, location: frame.location },
  );
  // Where it was thrown is of more use than where it was received.
  if (frame.stack !== undefined) error.stack = frame.stack;
  return error;
}
