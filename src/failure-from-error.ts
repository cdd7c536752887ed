import { ApplicationFailure } from '@temporalio/common';
import { isPipelineError, isRetryable } from './errors.ts';

/** The one place where an error becomes a Temporal failure. */
export function failureFromError(error: unknown): ApplicationFailure {
  if (!isPipelineError(error)) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const options = { message: cause.message, type: 'INTERNAL', nonRetryable: true, cause };
    return ApplicationFailure.create(options);
  }
  const { code, location, remedy, details } = error;
  return ApplicationFailure.create({
    message: remedy ? `${error.message}; ${remedy}` : error.message,
    type: code,
    nonRetryable: !isRetryable(code),
    details: [{ location, remedy, ...details }],
    cause: error,
  });
}
