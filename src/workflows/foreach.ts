/** What a `foreach` step runs over, and what becomes of it. Pure. */
import { ApplicationFailure } from '@temporalio/common';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { StepFailure } from './run-state.ts';

export const MAX_ITEMS = 10_000;
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

/**
 * The items of a list, or the maps of the product of a matrix, the last name changing fastest.
 *
 * @throws ApplicationFailure `SPEC_INVALID` for what is no list, `SPEC_LIMIT` above 10,000 items.
 */
export function itemsOf(over: { readonly items: Json } | { readonly matrix: Json }): Json[] {
  if ('items' in over) return bounded([...listOf(over.items, '`foreach.items`')]);
  if (!isJsonObject(over.matrix)) throw invalid('`foreach.matrix` is not a map');
  let rows: JsonObject[] = [{}];
  for (const [name, values] of Object.entries(over.matrix)) {
    const list = listOf(values, `\`foreach.matrix.${name}\``);
    if (rows.length * list.length > MAX_ITEMS) throw tooMany(rows.length * list.length);
    rows = rows.flatMap((row) => list.map((value) => ({ ...row, [name]: value })));
  }
  return bounded(rows);
}

function listOf(value: Json | undefined, name: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw invalid(`${name} is not a list`);
}

function bounded(items: Json[]): Json[] {
  if (items.length > MAX_ITEMS) throw tooMany(items.length);
  return items;
}

const invalid = (message: string) => ApplicationFailure.nonRetryable(message, 'SPEC_INVALID');
const tooMany = (count: number) =>
  ApplicationFailure.nonRetryable(
    `\`foreach\` has ${count} items; at most ${MAX_ITEMS} are run`,
    'SPEC_LIMIT',
  );

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
