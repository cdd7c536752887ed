/**
 * The one error type of modelwright, its closed list of codes, and what each code means for
 * retries and exit codes. This file imports nothing, so every layer may use it.
 */

/**
 * What a failure is about, which decides whether trying again can help.
 *
 * - `config`: the pipeline, a parameter or a setting is wrong; a person must change it.
 * - `data`: the data or an artifact is wrong; the same input fails the same way.
 * - `resource`: the machine lacks memory, disk or a library; may pass later.
 * - `transient`: a connection or a process was lost; try again.
 * - `bug`: modelwright itself is wrong; trying again is useless.
 * - `decision`: a person or a gate said no; final.
 */
export type ErrorCategory = 'config' | 'data' | 'resource' | 'transient' | 'bug' | 'decision';

const CATEGORY_OF_CODE = {
  // Reading a pipeline file
  SPEC_NOT_FOUND: 'config',
  SPEC_SYNTAX: 'config',
  SPEC_LIMIT: 'config',
  SPEC_ALIAS: 'config',
  SPEC_TAG: 'config',
  SPEC_DUPLICATE_KEY: 'config',
  SPEC_FORBIDDEN_KEY: 'config',
  SPEC_MULTIPLE_DOCUMENTS: 'config',
  SPEC_UNSAFE_INTEGER: 'config',
  SPEC_CONTROL_CHARACTER: 'config',
  SPEC_UNKNOWN_KEY: 'config',
  SPEC_MISSING_KEY: 'config',
  SPEC_INVALID: 'config',
  SPEC_UNSUPPORTED: 'config',
  // Compiling it
  EXPRESSION_INVALID: 'config',
  PARAM_UNKNOWN: 'config',
  PARAM_INVALID: 'config',
  PARAM_MISSING: 'config',
  STEP_UNKNOWN: 'config',
  STEP_KIND_UNKNOWN: 'config',
  OUTPUT_UNKNOWN: 'config',
  TYPE_MISMATCH: 'config',
  CYCLE: 'config',
  STEP_UNREACHABLE: 'config',
  ARCHITECTURE_INVALID: 'config',
  SHAPE_MISMATCH: 'config',
  USAGE: 'config',
  // Git
  GIT_REFUSED: 'config',
  GIT_UNAVAILABLE: 'resource',
  GIT_UNREACHABLE: 'transient',
  GIT_EMPTY: 'data',
  GIT_REF_NOT_FOUND: 'data',
  GIT_FAILED: 'data',
  PIPELINE_NAME_TAKEN: 'config',
  // Data and artifacts
  DATA_NOT_FOUND: 'data',
  DATA_PATH_REFUSED: 'data',
  DATA_INVALID: 'data',
  DATA_TOO_LARGE: 'data',
  MODEL_INVALID: 'data',
  MODEL_UNSUPPORTED: 'config',
  ARTIFACT_NOT_FOUND: 'data',
  ARTIFACT_CORRUPT: 'data',
  CHECKPOINT_MISMATCH: 'data',
  OUTPUT_TOO_LARGE: 'data',
  TRAINING_DIVERGED: 'data',
  EXPRESSION_FAILED: 'data',
  MODEL_NOT_FOUND: 'data',
  RUN_NOT_FOUND: 'data',
  REVIEW_NOT_FOUND: 'data',
  SCHEDULE_NOT_FOUND: 'data',
  // The machine
  BACKEND_UNAVAILABLE: 'resource',
  DISK_FULL: 'resource',
  STORE_UNWRITABLE: 'resource',
  COMPUTE_CRASHED: 'transient',
  ATTEMPT_SUPERSEDED: 'transient',
  TEMPORAL_UNREACHABLE: 'transient',
  TEMPORAL_UNAVAILABLE: 'resource',
  NO_WORKER: 'transient',
  TIMEOUT: 'transient',
  CANCELLED: 'decision',
  // Webhooks and commit statuses
  WEBHOOK_UNAUTHENTICATED: 'decision',
  WEBHOOK_INVALID: 'data',
  WEBHOOK_TOO_LARGE: 'data',
  WEBHOOK_UNKNOWN_REPOSITORY: 'data',
  WEBHOOK_UNKNOWN_ROUTE: 'data',
  WEBHOOK_BUSY: 'transient',
  COMMIT_STATUS_FAILED: 'transient',
  // Predictions over HTTP
  SERVE_UNAUTHENTICATED: 'decision',
  SERVE_INVALID: 'data',
  SERVE_TOO_LARGE: 'data',
  SERVE_UNKNOWN_ROUTE: 'data',
  SERVE_BUSY: 'transient',
  // A team's own steps, commands, HTTP and secrets
  CONFIG_INVALID: 'config',
  OWN_STEP_INVALID: 'config',
  OWN_STEP_FAILED: 'transient',
  OWN_STEP_GAVE_UP: 'data',
  OUTPUT_INVALID: 'data',
  COMMAND_NOT_ALLOWED: 'config',
  COMMAND_NOT_FOUND: 'resource',
  COMMAND_FAILED: 'transient',
  HTTP_REFUSED: 'config',
  HTTP_FAILED: 'transient',
  HTTP_UNEXPECTED: 'data',
  SECRET_MISSING: 'config',
  SECRET_REFUSED: 'config',
  SECRET_LEAKED: 'data',
  // People and gates
  REVIEW_REFUSED: 'decision',
  REVIEW_REJECTED: 'decision',
  REVIEW_TIMED_OUT: 'decision',
  AUDIT_FAILED: 'decision',
  GATE_CLOSED: 'decision',
  ROLL_BACK_REFUSED: 'decision',
  STEP_FAILED: 'decision',
  REPEAT_EXHAUSTED: 'decision',
  CONCURRENCY_SKIPPED: 'decision',
  INTERNAL: 'bug',
} as const satisfies Record<string, ErrorCategory>;

/** The closed list of codes. It is public API: retry policies and callers match on it. */
export type ErrorCode = keyof typeof CATEGORY_OF_CODE;

export const ERROR_CODES = Object.keys(CATEGORY_OF_CODE) as readonly ErrorCode[];

/** A place in a file; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface PipelineErrorOptions {
  readonly location?: SourceLocation | undefined;
  /** How the person mends it; one sentence, shown after the message. */
  readonly remedy?: string | undefined;
  /** Small facts for machines; never secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * An error with a code, a place and a remedy.
 *
 * The message says which rule was broken and what was found. `code` is what programs match on.
 */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly location: SourceLocation | undefined;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PipelineError';
    this.code = code;
    this.location = options.location;
    this.remedy = options.remedy;
    this.details = options.details;
  }
}

/** Several errors found in one look, such as every fault of a pipeline file. */
export class PipelineErrors extends PipelineError {
  readonly errors: readonly PipelineError[];

  /** @param errors  at least one; kept in the order of the file. */
  constructor(errors: readonly PipelineError[]) {
    const first = errors[0];
    super(
      first?.code ?? 'INTERNAL',
      errors.length === 1 && first ? first.message : `${errors.length} errors`,
      { location: first?.location, remedy: first?.remedy },
    );
    this.errors = errors;
  }
}

export function categoryOf(code: ErrorCode): ErrorCategory {
  return CATEGORY_OF_CODE[code];
}

/** Whether a later attempt with the same input may succeed. */
export function isRetryable(code: ErrorCode): boolean {
  const category = categoryOf(code);
  return category === 'transient' || category === 'resource';
}

/** `true` for a PipelineError of any realm; `instanceof` fails across vm contexts and IPC. */
export function isPipelineError(error: unknown): error is PipelineError {
  return (
    error instanceof Error &&
    error.name === 'PipelineError' &&
    typeof (error as { code?: unknown }).code === 'string'
  );
}

/** One line for a person: `file:line:col message [CODE]; remedy`. */
export function renderError(error: PipelineError): string {
  const { location: at } = error;
  const where = at ? `${at.file}:${at.line}:${at.column} ` : '';
  const remedy = error.remedy ? `; ${error.remedy}` : '';
  return `${where}${error.message}${remedy} [${error.code}]`;
}

/** Exit codes of the command line, stable between releases. */
export const EXIT = {
  ok: 0,
  runFailed: 1,
  usage: 2,
  invalidSpec: 3,
  waitingForReview: 4,
  temporalUnreachable: 5,
  interrupted: 130,
} as const;

export function exitCodeOf(error: unknown): number {
  if (!isPipelineError(error)) return EXIT.runFailed;
  if (error.code === 'USAGE' || error.code.startsWith('PARAM_')) return EXIT.usage;
  if (error.code === 'GIT_REFUSED') return EXIT.usage;
  if (error.code === 'TEMPORAL_UNREACHABLE' || error.code === 'TEMPORAL_UNAVAILABLE') {
    return EXIT.temporalUnreachable;
  }
  return categoryOf(error.code) === 'config' ? EXIT.invalidSpec : EXIT.runFailed;
}
