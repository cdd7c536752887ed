/** What a `foreach` step runs over, and what becomes of it. Pure. */
import { ApplicationFailure } from '@temporalio/common';
import type { Json, JsonObject } from '../json.ts';
import type { StepFailure } from './run-state.ts';

/** Together with everything else that a run carries, it must fit into one message to Temporal. */
const MAX_OUTPUT_CHARACTERS = 4 * 1024 * 1024;
const TOLD_FAILURES = 3;

export type ItemResult =
  | { readonly state: 'succeeded'; readonly outputs: JsonObject }
  | { readonly state: 'failed'; readonly error: StepFailure };

/** How far a `foreach` step has come; what a new execution of the run goes on from. */
export interface ForeachProgress {
  readonly items: readonly Json[];
  /** By index; absent while the item has not ended. */
  readonly results: (ItemResult | null)[];
}

export interface ForeachCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

export function countsOf({ items, results }: ForeachProgress): ForeachCounts {
  const count = (state: ItemResult['state']) =>
    results.filter((result) => result?.state === state).length;
  return { total: items.length, succeeded: count('succeeded'), failed: count('failed') };
}

/**
 * The outputs of the step, once its items have ended.
 *
 * @throws ApplicationFailure with the code of the first failed item, where a failed one fails the
 * step; `OUTPUT_TOO_LARGE`.
 */
export function foreachOutputs(
  progress: ForeachProgress,
  onItemFailure: 'stop' | 'continue',
): JsonObject {
  const { succeeded, failed } = countsOf(progress);
  if (failed > 0 && onItemFailure === 'stop') throw firstFailure(progress);
  const items = progress.items.map((_, index) => {
    const result = progress.results[index];
    return result?.state === 'succeeded' ? result.outputs : null;
  });
  const length = JSON.stringify(items).length;
  if (length > MAX_OUTPUT_CHARACTERS) {
    throw ApplicationFailure.nonRetryable(
      `the items gave ${length} characters of outputs together; at most ${MAX_OUTPUT_CHARACTERS} are kept`,
      'OUTPUT_TOO_LARGE',
    );
  }
  return { items, succeeded, failed };
}

function firstFailure({ results }: ForeachProgress): ApplicationFailure {
  const failures = results.flatMap((result, index) =>
    result?.state === 'failed' ? [{ index, ...result.error }] : [],
  );
  const told = failures
    .slice(0, TOLD_FAILURES)
    .map(({ index, message }) => `item ${index}: ${message}`)
    .join('; ');
  const more = failures.length - TOLD_FAILURES;
  return ApplicationFailure.nonRetryable(
    more > 0 ? `${told}; and ${more} more failed` : told,
    failures[0]?.code ?? 'STEP_FAILED',
  );
}
