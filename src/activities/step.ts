/** What a step is: a kind, and a function from checked `with` values to small JSON outputs. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import type { DriftStatistic } from '../drift-statistics.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Spent } from '../workflows/run-spending.ts';

/** What started a run. */
export type RunOrigin =
  | { readonly type: 'person' }
  | {
      readonly type: 'push';
      /** As the repository is named in `modelwright sync`; without credentials. */
      readonly repository: string;
      /** `refs/heads/main`, `refs/tags/v1`. */
      readonly ref: string;
      readonly commit: string;
      readonly author: string;
      /** The first line of the commit's message. */
      readonly subject: string;
      /** The pipeline's file in the repository. */
      readonly file: string;
    }
  | {
      readonly type: 'schedule';
      readonly scheduleId: string;
      /** ISO 8601, UTC: the time that was due. */
      readonly dueAt: string;
    }
  | {
      /** New data: a source whose bytes changed. */
      readonly type: 'data';
      readonly source: string;
      readonly fingerprint: string;
    }
  | {
      /** A step of another run, of kind `pipeline`. */
      readonly type: 'pipeline';
      readonly run: string;
      /** The step's instance. */
      readonly step: string;
    }
  | {
      /** New data that is no longer like what the model in the registry was trained on. */
      readonly type: 'drift';
      readonly source: string;
      readonly model: { readonly name: string; readonly version: number };
      /** The strongest, five at most. */
      readonly features: readonly (
        | { readonly name: string; readonly statistic: DriftStatistic; readonly value: number }
        // Of runs of versions that knew no other: the population stability index.
        | { readonly name: string; readonly psi: number }
      )[];
    };

/** Who runs what; the same in the workflow, its activities and the manifest. */
export interface RunIdentity {
  /** The Temporal workflow id. */
  readonly id: string;
  readonly pipeline: string;
  readonly planDigest: string;
  readonly submittedBy: string;
  /** Absent in runs of versions before it was recorded: then a person started them. */
  readonly origin?: RunOrigin | undefined;
  /**
   * The commit that the pipeline was registered at: a data path that this commit holds is read
   * from it, any other from the project's folder.
   */
  readonly commit?: string | undefined;
}

export type LogLevel = 'info' | 'warn' | 'error';

export interface StepContext {
  readonly run: RunIdentity;
  readonly stepId: string;
  /** Counts from 1. A later attempt supersedes earlier ones, which must not publish. */
  readonly attempt: number;
  readonly store: ArtifactStore;
  /** Absolute folder that data paths are relative to and may not leave. */
  readonly dataRoot: string;
  /**
   * Absolute folder of this step of this run, the same for every attempt and made on demand:
   * checkpoints and other things that make a new attempt cheaper. Lost without harm.
   */
  readonly scratch: string;
  /** Aborted when the run is cancelled or the worker stops: save what is worth it and throw. */
  readonly signal: AbortSignal;
  /** Tells that the step is alive; cheap, call it often. */
  heartbeat(details?: Json): void;
  /** A line of the run's log, seen by `modelwright logs`. */
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, Json>>): void;
}

/**
 * One kind of step.
 *
 * `run` gets `with` as checked against the kind's schema, and returns what the schema of its
 * outputs says (at most 32 KB of JSON; anything larger is an artifact). It is called again with
 * the same input after a crash, so everything it publishes must be idempotent.
 */
export interface Step<With, Outputs> {
  readonly kind: string;
  run(input: With, context: StepContext): Promise<Outputs>;
}

/** The input of every step's Temporal activity. */
export interface StepInput {
  readonly run: RunIdentity;
  /** The step's id in the pipeline. */
  readonly step: string;
  readonly kind: string;
  /**
   * References resolved, not yet checked against the kind's schema. A secret stands in it as a
   * `SecretValue`, which is made a text where the step runs.
   */
  readonly with: JsonObject;
  /**
   * JSON pointers of the secrets in `with`, from the plan's template. What only looks like a
   * secret, such as an output of an earlier step, is not among them and is refused.
   * @default none
   */
  readonly secretsAt?: readonly string[] | undefined;
  /** Of earlier activities for the same step, whose worker was lost. @default 0 */
  readonly attemptsBefore?: number | undefined;
  /**
   * Absent: a kept result is taken where there is one, and a new one is kept. `refresh`: the step
   * runs, and its result is kept in place of an older one. `false`: neither.
   */
  readonly cache?: false | 'refresh' | undefined;
  /**
   * The activity gives a `StepReceipt`. Absent in histories from before there was one: then it
   * gives the outputs alone.
   */
  readonly wantsReceipt?: true | undefined;
  /** Of a `gate`: what the run had spent when the step began. */
  readonly spent?: Spent | undefined;
}

/** What a step gives, and whether it ran for it. */
export interface StepReceipt {
  readonly outputs: JsonObject;
  /** Who made the outputs, where they were kept from then; `null` if the step ran. */
  readonly cached: CachedFrom | null;
}

export interface CachedFrom {
  /** Id of the run. */
  readonly run: string;
  /** Id of the step's instance in that run. */
  readonly step: string;
  /** Milliseconds since 1970, when that run kept them. */
  readonly atMs: number;
}
