/**
 * Turns a step into a Temporal activity: attempt, heartbeats and cancellation come from the
 * activity's context, and errors become failures whose type is the error code.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { failureFromError } from '../failure-from-error.ts';
import type { Json } from '../json.ts';

export interface ActivityHooks {
  readonly attempt: number;
  readonly signal: AbortSignal;
  heartbeat(details?: Json): void;
}

/** Beats so many times within the heartbeat timeout even when the step says nothing. */
const BEATS_PER_TIMEOUT = 4;

/**
 * Wraps a function of an input and hooks as a Temporal activity.
 *
 * While it runs the worker beats for it: a heartbeat timeout then means that the worker is gone,
 * and a step that hangs is ended by its own timeout.
 */
export function asActivity<Input, Output>(
  perform: (input: Input, hooks: ActivityHooks) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    let details: Json = null;
    const beat = () => context.heartbeat(details);
    const timeoutMs = context.info.heartbeatTimeoutMs ?? 0;
    const timer = timeoutMs > 0 ? setInterval(beat, timeoutMs / BEATS_PER_TIMEOUT) : undefined;
    try {
      return await perform(input, {
        attempt: context.info.attempt,
        signal: context.cancellationSignal,
        heartbeat: (next) => {
          if (next !== undefined) details = next;
          beat();
        },
      });
    } catch (error) {
      throw toFailure(error, context);
    } finally {
      clearInterval(timer);
    }
  };
}

function toFailure(error: unknown, context: Context): Error {
  if (context.cancellationSignal.aborted) {
    const reason = context.cancellationSignal.reason as Error | undefined;
    const message = reason?.message ?? 'cancelled';
    // A worker that stops hands the step to the next one; only a person's cancel ends it.
    return message.includes('WORKER_SHUTDOWN')
      ? ApplicationFailure.retryable('the worker stopped', 'NO_WORKER')
      : new CancelledFailure(message);
  }
  return failureFromError(error);
}
