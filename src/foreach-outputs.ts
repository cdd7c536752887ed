import type { JsonObject } from './json.ts';

/** What a step with `foreach` gives out. */
export interface ForeachOutputs {
  /** In the order of the items; `null` of one that failed. */
  readonly items: readonly (JsonObject | null)[];
  readonly succeeded: number;
  readonly failed: number;
}

/** @returns the outputs as those of a step with `foreach`; `null` if they are of another step. */
export function foreachOutputs(outputs: JsonObject | null): ForeachOutputs | null {
  if (!outputs) return null;
  const { items, succeeded, failed } = outputs;
  const isForeach =
    Array.isArray(items) && typeof succeeded === 'number' && typeof failed === 'number';
  return isForeach ? (outputs as unknown as ForeachOutputs) : null;
}
