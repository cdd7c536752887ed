/** The plan: a pipeline with everything decided that can be decided before it runs. */
import type { Json, JsonObject } from '../json.ts';

/** A value that may still hold references to outputs of earlier steps, and expressions. */
export type Template =
  | { readonly literal: Json }
  | { readonly ref: { readonly step: string; readonly path: readonly string[] } }
  | { readonly list: readonly Template[] }
  | { readonly map: { readonly [key: string]: Template } }
  /** Text with references in it, such as `model-${{ steps.a.outputs.version }}`. */
  | { readonly concat: readonly Template[] }
  /** CEL that is more than a reference; what it may name is in `scope.ts`. */
  | { readonly expression: string }
  /** Named by `Plan.secrets`. Stays a reference until the activity that uses it. */
  | { readonly secret: string };

export interface RetryPolicy {
  /** Attempts in all, at least 1. */
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maxIntervalMs: number;
  /** Error codes that end the step at once, besides those that never can be retried. */
  readonly nonRetryable: readonly string[];
}

/** Runs a step once for every item; `item` and `index` stand in its expressions. */
export interface ForeachPlan {
  /**
   * `items`: a list. `matrix`: lists by name; the items are the maps of their product, the last
   * name changing fastest.
   */
  readonly over:
    { readonly items: Template } | { readonly matrix: { readonly [name: string]: Template } };
  /** Items at work at once, 1 to 1000. */
  readonly parallel: number;
  /** `stop`: nothing new starts, and the step fails. `continue`: the others run, and it succeeds. */
  readonly onItemFailure: 'stop' | 'continue';
}

/** Runs a step until something holds; `iteration` and `previous` stand in its expressions. */
export interface RepeatPlan {
  /** CEL, true or false, over `outputs` (of this iteration) and `iteration` (from 1). */
  readonly until: string;
  /** Iterations in all, 1 to 10,000. */
  readonly max: number;
  /** Wait between iterations. */
  readonly delayMs: number;
  /** What the step does when `until` never held. */
  readonly onMax: 'fail' | 'continue';
}

export interface PlanStep {
  readonly id: string;
  readonly kind: string;
  readonly with: Template;
  /** Ids of the steps that must have succeeded, sorted; references and `needs` together. */
  readonly needs: readonly string[];
  readonly retry: RetryPolicy;
  /** One attempt's time from start to end. For `human-review`: of opening the gate. */
  readonly timeoutMs: number;
  /** Longest silence of a running attempt. */
  readonly heartbeatMs: number;
  /** Ids of the steps that must have ended, however they ended, sorted; none of `needs`. */
  readonly after?: readonly string[];
  /** CEL, true or false; the step is skipped where it is false. */
  readonly when?: string;
  readonly foreach?: ForeachPlan;
  readonly repeat?: RepeatPlan;
  /** `continue`: its failure does not fail the run. @default 'fail' */
  readonly onFailure?: 'fail' | 'continue';
  /** Undoes the step where it succeeded and the run does not; its id is `<id>.compensate`. */
  readonly compensate?: PlanStep;
  /** The task queue of a worker with what the step needs, such as `gpu`. @default the run's */
  readonly runsOn?: string;
  /** `false`: neither looked up nor kept. @default true, for kinds that can be kept */
  readonly cache?: boolean;
}

/** At most `limit` runs of the group at once; a run that waits for people does not count. */
export interface ConcurrencyPlan {
  readonly group: string;
  readonly limit: number;
  /** `skip`: the run ends at once, as cancelled. */
  readonly whenBusy: 'queue' | 'cancel-older' | 'skip';
}

/** Where a secret is read, on the worker that needs it. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** A pipeline that a step of kind `pipeline` runs, as it was when the plan was compiled. */
export interface EmbeddedPipeline {
  /** The text of the file. */
  readonly text: string;
}

export interface Plan {
  readonly version: 1;
  readonly pipeline: string;
  readonly description: string;
  /** What the pipeline states of its models, for their cards. */
  readonly card?: JsonObject;
  /** Values after defaults and overrides. */
  readonly params: JsonObject;
  /** In topological order; ties keep the order of the file. */
  readonly steps: readonly PlanStep[];
  /** What the run gives back, by name. */
  readonly outputs: { readonly [name: string]: Template };
  /** Run where the run has failed, in topological order. */
  readonly onFailure?: readonly PlanStep[];
  /** Run at the end of every run, a cancelled one too, in topological order. */
  readonly finally?: readonly PlanStep[];
  readonly concurrency?: ConcurrencyPlan;
  readonly secrets?: { readonly [name: string]: SecretSource };
  /** By the path that steps name. */
  readonly pipelines?: { readonly [file: string]: EmbeddedPipeline };
  /** Temporal's priority key, 1 (first) to 5 (last). @default 3 */
  readonly priority?: number;
  /** Temporal's fairness key: what shares one go by turns, such as a team. */
  readonly fairness?: string;
  /** SHA-256 over the canonical JSON of everything above; comments and layout do not count. */
  readonly digest: string;
}
