/** What a pipeline file says, checked and with the place of every key and value. Types only. */
import type { DriftStatistic } from '../drift-statistics.ts';
import type { ErrorCode, PipelineError, SourceLocation } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';

/** Keys and list indices from the root of the file, such as `['steps', 'a', 'with', 'members', 0]`. */
export type Path = readonly (string | number)[];

export type ScalarType = 'string' | 'number' | 'integer' | 'boolean';
export type ParamType = ScalarType | 'list';

export interface ParamSpec {
  readonly type: ParamType;
  readonly description?: string;
  readonly default?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly Json[];
  /** Of a list: the type of every item; any where not given. */
  readonly items?: ScalarType;
}

export interface RetrySpec {
  readonly attempts?: number;
  /** Durations as written: `500ms`, `10s`, `20m`, `2h`, `7d`. */
  readonly backoff?: string;
  readonly maxInterval?: string;
  readonly nonRetryable?: readonly string[];
}

export interface Timing {
  readonly retry?: RetrySpec;
  readonly timeout?: string;
  readonly heartbeat?: string;
}

/** What starts runs besides people. Parameters are checked when the plan is compiled. */
export interface Triggers {
  readonly push: PushTrigger | null;
  readonly schedules: readonly ScheduleTrigger[];
  readonly data: DataTrigger | null;
  readonly drift: DriftTrigger | null;
}

export interface PushTrigger {
  /**
   * Globs, `null` where not given: `*` stands for anything but `/`, `**` for anything.
   * Without branches and tags: every branch, no tag. With one of them: that one alone.
   */
  readonly branches: readonly string[] | null;
  readonly tags: readonly string[] | null;
  /** `null`: the pipeline's own file. */
  readonly paths: readonly string[] | null;
  readonly params: Readonly<Record<string, Json>>;
}

export type Overlap =
  'skip' | 'buffer-one' | 'buffer-all' | 'cancel-other' | 'terminate-other' | 'allow-all';

/** Exactly one of `cron` and `every`; durations as written. */
export interface ScheduleTrigger {
  /** Its name, or else its place in the list; unique in the pipeline. */
  readonly key: string;
  readonly cron?: string;
  readonly every?: string;
  readonly timeZone?: string;
  readonly jitter?: string;
  readonly overlap?: Overlap;
  readonly catchUp?: string;
  readonly params: Readonly<Record<string, Json>>;
}

export interface DataTrigger {
  readonly every: string;
  /** As a dataset's `source`. */
  readonly sources: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
}

/** Exactly one of `items` and `matrix`, as written. */
export interface ForeachSpec {
  readonly items?: Json;
  readonly matrix?: JsonObject;
  readonly parallel?: number;
  readonly onItemFailure?: 'stop' | 'continue';
}

export interface RepeatSpec {
  readonly until: string;
  readonly max: number;
  /** A duration as written. */
  readonly delay?: string;
  readonly onMax?: 'fail' | 'continue';
}

export interface ConcurrencySpec {
  readonly group: string;
  readonly limit?: number;
  readonly whenBusy?: 'queue' | 'cancel-older' | 'skip';
}

/** The maps of a pipeline in which steps stand. */
export type Section = 'steps' | 'onFailure' | 'finally';

export interface DriftTrigger {
  readonly every: string;
  /** As a dataset's `source`. */
  readonly source: string;
  /** In the registry. */
  readonly model: { readonly name: string; readonly alias: string };
  readonly statistic: DriftStatistic;
  /** Above 0; a feature whose statistic is above it has drifted. */
  readonly threshold: number;
  /** So many features must have drifted, from 1. */
  readonly features: number;
  readonly params: Readonly<Record<string, Json>>;
}

/** A trigger that fires by the clock, whatever it then looks at. */
export type TimedTrigger = ScheduleTrigger | DataTrigger | DriftTrigger;

export interface StepSpec extends Timing {
  /** Unique in the pipeline; `<id>.compensate` for what undoes the step `<id>`. */
  readonly id: string;
  readonly section: Section;
  /** Where it stands in the file. */
  readonly at: Path;
  readonly uses: string;
  /** `null` where `uses` names no kind; `faults` of the spec says so. */
  readonly contract: StepContract | null;
  /** As written: no defaults, expressions still text. */
  readonly with: JsonObject;
  readonly needs: readonly string[];
  readonly after: readonly string[];
  readonly when?: string | boolean;
  readonly foreach?: ForeachSpec;
  readonly repeat?: RepeatSpec;
  readonly onFailure?: 'fail' | 'continue';
  readonly compensate?: StepSpec;
  readonly runsOn?: string;
  readonly cache?: boolean;
}

/** What a step takes from the pipeline where it does not say it itself. */
export interface Defaults extends Timing {
  readonly runsOn?: string;
  readonly cache?: boolean;
}

/**
 * A pipeline file as read.
 *
 * `faults` holds what is wrong with it so far. A spec with faults can be looked at, but
 * `compilePlan` refuses it, adding the faults that it finds itself: a person sees all at once.
 */
export interface Spec {
  readonly file: string;
  /** The whole file. */
  readonly text: string;
  readonly name: string;
  readonly description: string;
  /** As written. */
  readonly card?: JsonObject;
  readonly params: ReadonlyMap<string, ParamSpec>;
  /** As written; each has one of `env` and `file`. */
  readonly secrets: ReadonlyMap<string, { readonly env?: string; readonly file?: string }>;
  readonly defaults: Defaults;
  /** `on`; no part of the plan, for what starts a run does not change what it does. */
  readonly triggers: Triggers;
  /** In the order of the file. */
  readonly steps: ReadonlyMap<string, StepSpec>;
  readonly onFailure: ReadonlyMap<string, StepSpec>;
  readonly finally: ReadonlyMap<string, StepSpec>;
  readonly concurrency?: ConcurrencySpec;
  readonly priority?: number;
  /** As written. */
  readonly fairness?: string;
  readonly outputs: JsonObject;
  readonly faults: readonly PipelineError[];
  readonly source: SourceMap;
  /** Gives a fault its place, and says in which step it is. Paths start at the root of the file. */
  errorOf(fault: Fault): PipelineError;
}

/** Where things stand in the file. Lines and columns count from 1. */
export interface SourceMap {
  /**
   * The place of a key or of its value. A path that is not in the file gives the place of the
   * nearest key above it.
   */
  locate(path: Path, at: 'key' | 'value'): SourceLocation;
  /**
   * The place of the `index`-th `${{` (from 0) in the text at `path`, or `offset` letters into
   * what stands in it. A text without `${{` is an expression itself.
   */
  locateExpression(path: Path, index: number, offset?: number): SourceLocation;
}

/** The part of JSON Schema draft-07 that schemas/ uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly properties?: { readonly [key: string]: JsonSchema };
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  /** The kind of artifact that a reference must name. */
  readonly 'x-artifact'?: string;
  /** A secret may stand here, or anywhere below. */
  readonly 'x-secret'?: boolean;
}

/** Something wrong with a value, before it is known where the value stands in a file. */
export interface Fault {
  readonly code: ErrorCode;
  readonly path: Path;
  readonly at: 'key' | 'value';
  /** The number (from 0) of the `${{` in the text at `path` that it is about. */
  readonly expression?: number;
  /** Letters from the start of what stands in the `${{ }}`, spaces before it left out. */
  readonly offset?: number;
  readonly message: string;
  readonly remedy?: string;
}

/** What a step kind takes and gives, from schemas/steps/<kind>.schema.json. */
export interface StepContract {
  readonly kind: string;
  /**
   * Checks `with` and fills in the schema's defaults.
   *
   * @param holes  JSON pointers of values known only later; what is wrong with them is not said.
   * @returns a copy with defaults, and faults with paths inside `with`.
   */
  checkWith(
    value: JsonObject,
    holes: ReadonlySet<string>,
  ): { readonly value: JsonObject; readonly faults: readonly Fault[] };
  /** Schemas that a value there may meet, `$ref`s followed; empty where nothing may stand. */
  withSchemasAt(path: Path): readonly JsonSchema[];
  outputSchemasAt(path: Path): readonly JsonSchema[];
  /** Resolves a schema's own `$ref`, `anyOf` and `oneOf` into plain alternatives. */
  alternatives(schema: JsonSchema): readonly JsonSchema[];
}
