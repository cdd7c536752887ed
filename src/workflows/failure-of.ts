/** What a failure is to a run: a cancellation, or a code and a message. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { isPipelineError } from '../errors.ts';
import type { StepFailure } from './run-state.ts';

/** The code and message of a failed step, out of the layers that Temporal wraps it in. */
export function failureOf(error: unknown): StepFailure {
  const cause = causeOf(error);
  if (cause instanceof ApplicationFailure) {
    return { code: cause.type ?? 'INTERNAL', message: cause.message };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'TIMEOUT', message: `timed out (${cause.timeoutType}): ${cause.message}` };
  }
  if (isPipelineError(cause)) return { code: cause.code, message: cause.message };
  return { code: 'INTERNAL', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The run was cancelled, or the activity or child for it. */
export const isCancellation = (error: unknown): boolean =>
  causeOf(error) instanceof CancelledFailure;

const causeOf = (error: unknown): unknown =>
  error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
