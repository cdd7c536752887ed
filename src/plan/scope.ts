/** What templates and expressions may name while a run is under way. Sandbox-safe. */
import type { JsonObject } from '../json.ts';
import type { SecretSource } from './plan.ts';

/** Outputs of the steps that have succeeded, by step id. */
export type OutputsByStep = Readonly<Record<string, JsonObject>>;

/** Everything besides outputs. */
export interface Surroundings {
  readonly params: JsonObject;
  /** `id`, `pipeline`, `submittedBy`, `startedAt`. */
  readonly run: JsonObject;
  /** By step: `{outputs, state, error}`; values may be made when they are asked for. */
  readonly steps: JsonObject;
  /** `item`, `index`, `iteration`, `previous`, `outputs`, `failure`, where they stand. */
  readonly local: JsonObject;
  readonly secrets: Readonly<Record<string, SecretSource>>;
}

/** What expressions may know of a run. @param startedAtMs  epoch */
export const runFacts = (
  { id, pipeline, submittedBy }: Readonly<Record<'id' | 'pipeline' | 'submittedBy', string>>,
  startedAtMs: number,
): JsonObject => ({ id, pipeline, submittedBy, startedAt: new Date(startedAtMs).toISOString() });

/** What expressions may know of a step. */
export const stepFacts = ({
  outputs,
  state,
  error,
}: {
  /** Of a step that has succeeded. */
  readonly outputs: JsonObject | null | undefined;
  readonly state: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}): JsonObject => ({
  outputs: outputs ?? {},
  state,
  error: error && { code: error.code, message: error.message },
});

export const NOWHERE: Surroundings = { params: {}, run: {}, steps: {}, local: {}, secrets: {} };
