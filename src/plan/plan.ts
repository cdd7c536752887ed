/** The plan: a pipeline with everything decided that can be decided before it runs. */
import type { Json, JsonObject } from '../json.ts';

/** A value that may still hold references to outputs of earlier steps. */
export type Template =
  | { readonly literal: Json }
  | { readonly ref: { readonly step: string; readonly path: readonly string[] } }
  | { readonly list: readonly Template[] }
  | { readonly map: { readonly [key: string]: Template } }
  /** Text with references in it, such as `model-${{ steps.a.outputs.version }}`. */
  | { readonly concat: readonly Template[] };

export interface RetryPolicy {
  /** Attempts in all, at least 1. */
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maxIntervalMs: number;
  /** Error codes that end the step at once, besides those that never can be retried. */
  readonly nonRetryable: readonly string[];
}

export interface PlanStep {
  readonly id: string;
  readonly kind: string;
  readonly with: Template;
  /** Ids of the steps that must have finished, sorted; references and `needs` together. */
  readonly needs: readonly string[];
  readonly retry: RetryPolicy;
  /** One attempt's time from start to end. For `human-review`: of opening the gate. */
  readonly timeoutMs: number;
  /** Longest silence of a running attempt. */
  readonly heartbeatMs: number;
}

export interface Plan {
  readonly version: 1;
  readonly pipeline: string;
  readonly description: string;
  /** Values after defaults and overrides. */
  readonly params: JsonObject;
  /** In topological order; ties keep the order of the file. */
  readonly steps: readonly PlanStep[];
  /** What the run gives back, by name. */
  readonly outputs: { readonly [name: string]: Template };
  /** SHA-256 over the canonical JSON of everything above; comments and layout do not count. */
  readonly digest: string;
}
