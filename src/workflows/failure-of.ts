/** What a failure is to a run: a cancellation, or a code and a message. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { isPipelineError } from '../errors.ts';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { StepFailure } from './run-state.ts';

/** The code and message of a failed step, out of the layers that Temporal wraps it in. */
export function failureOf(error: unknown): StepFailure {
  const cause = causeOf(error);
  if (cause instanceof ApplicationFailure) {
    return { code: cause.type ?? 'INTERNAL', message: cause.message, ...evidenceOf(cause) };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'TIMEOUT', message: `timed out (${cause.timeoutType}): ${cause.message}` };
  }
  if (isPipelineError(cause)) return { code: cause.code, message: cause.message };
  return { code: 'INTERNAL', message: cause instanceof Error ? cause.message : String(cause) };
}

/** What the step stored before it failed: see `failureFromError`. */
function evidenceOf({ details }: ApplicationFailure): Pick<StepFailure, 'evidence'> {
  const { evidence } = (details?.[0] ?? {}) as { evidence?: unknown };
  return isReference(evidence) ? { evidence } : {};
}

/** As `isArtifactRef`, which the sandbox cannot load. The store checks the digest again. */
function isReference(value: unknown): value is ArtifactRef {
  if (typeof value !== 'object' || value === null) return false;
  const { uri, sha256, bytes, mediaType } = value as Record<string, unknown>;
  const texts = [uri, sha256, mediaType].every((text) => typeof text === 'string');
  return texts && Number.isSafeInteger(bytes);
}

/** The run was cancelled, or the activity or child for it. */
export const isCancellation = (error: unknown): boolean =>
  causeOf(error) instanceof CancelledFailure;

const causeOf = (error: unknown): unknown =>
  error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
