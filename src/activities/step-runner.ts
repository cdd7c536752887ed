/** Runs one attempt of one step: decodes its input, runs it in the right process, checks it. */
import path from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { dataRootOf } from '../artifacts/checkout-folder.ts';
import { artifactsFolder, runLogFile, scratchFolder } from '../artifacts/state-folder.ts';
import type { ComputePool } from '../compute/pool.ts';
import type { LogEntry } from '../compute/protocol.ts';
import type { ProjectConfig } from '../config/config.ts';
import { EMPTY_PROJECT, type Project } from '../config/project.ts';
import { PipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { decodeOutputs, decodeWith } from '../spec/step-schemas.ts';
import { performCached } from './cache/cached-step.ts';
import { holdsSecret } from './cache/holds-secret.ts';
import type { StepCache } from './cache/step-cache.ts';
import type { HeavyJob, HeavyResult } from './heavy-job.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';
import { type AttemptSecrets, decodeWithSecrets, openSecrets } from './secrets/attempt-secrets.ts';
import type { Redactor } from './secrets/redactor.ts';
import type { StepContext, StepInput } from './step.ts';
import { entryOf } from './steps.ts';

export interface StepRunnerOptions {
  /** Holds artifacts, checkpoints, logs and models. */
  readonly stateFolder: string;
  /** Folder that data paths are relative to and may not leave. */
  readonly dataRoot: string;
  readonly pool: ComputePool;
  /** Opened at `artifactsFolder(stateFolder)`; the children open their own there. */
  readonly store: ArtifactStore;
  /** Results of earlier runs. @default none: every step runs */
  readonly cache?: StepCache | undefined;
  /** Own steps, and what pipelines may use here. @default nothing */
  readonly project?: Project | undefined;
}

export interface StepHooks {
  /** Counts from 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  heartbeat(details?: Json): void;
  /** Besides the run's log file, which every line goes to. */
  log?(entry: LogEntry): void;
}

/**
 * Runs one attempt of a step, or takes the result of an earlier run from the cache.
 *
 * @returns the outputs, checked against the kind's schema; of `human-review` the GateOpening.
 * Where the input wants a receipt, a `StepReceipt` with them.
 * @throws PipelineError what the step throws; `SPEC_INVALID` if its `with` does not fit the
 * kind's schema; `SECRET_MISSING`, `SECRET_REFUSED`, `SECRET_LEAKED`; `OUTPUT_TOO_LARGE`;
 * `INTERNAL` (of an own step `OUTPUT_INVALID`) if its outputs break the schema. No error, log line
 * or heartbeat has the value of a secret in it.
 */
export type RunStep = (input: StepInput, hooks: StepHooks) => Promise<JsonObject>;

/** What the runner gives a step besides, for those that know the registry of models. */
export interface LocalStepContext extends StepContext {
  /** Absolute folder of the project: files that the run's commit lacks are read from it. */
  readonly project?: string | undefined;
  readonly stateFolder: string;
  /** What pipelines may use on this machine. @default nothing */
  readonly config?: ProjectConfig | undefined;
  /** Of a `gate`: see `StepInput`. */
  readonly spent?: StepInput['spent'];
  /** Takes the values of secrets out of a text: before it is cut, so that no half of one stays. */
  redact?(text: string): string;
  /**
   * Performs a heavy step as a part of this one, which stands in the worker.
   *
   * @param scratch  absolute folder of the part.
   * @returns its outputs, checked.
   * @throws PipelineError what the part throws.
   */
  readonly perform?: (kind: string, input: JsonObject, scratch: string) => Promise<JsonObject>;
}

const KIB = 1024;
const MAX_OUTPUT_BYTES = 32 * KIB;
/** The opening of a gate lists every item; it is not the outputs, which the workflow composes. */
const MAX_OPENING_BYTES = 256 * KIB;

export function createStepRunner(options: StepRunnerOptions): RunStep {
  return (input, hooks) => runStep(input, hooks, options);
}

async function runStep(
  input: StepInput,
  ownHooks: StepHooks,
  options: StepRunnerOptions,
): Promise<JsonObject> {
  const attempt = ownHooks.attempt + (input.attemptsBefore ?? 0);
  const hooks: StepHooks = { ...ownHooks, attempt };
  const { run, step } = input;
  const decoded: StepInput = { ...input, with: decodeWithSecrets(input) };
  const logWriter = createLogWriter(runLogFile(options.stateFolder, run.id), {
    step,
    attempt: hooks.attempt,
  });
  const log = (entry: LogEntry) => {
    logWriter.write(entry);
    hooks.log?.(entry);
  };
  let secrets: AttemptSecrets | null = null;
  try {
    const opened = await openSecrets(decoded, secretPlaces(options));
    secrets = opened;
    // A key with a secret in it would be written down, and a rotated one be a miss.
    const cache = holdsSecret(input.with) ? undefined : options.cache;
    const receipt = await performCached(decoded, cache, {
      log,
      signal: hooks.signal,
      perform: async () => {
        const { outputs, backend } = await perform(decoded, options, { ...hooks, log }, opened);
        opened.checkOutputs(outputs);
        return { outputs: checkOutputs(input, outputs), backend };
      },
    });
    return input.wantsReceipt ? { ...receipt } : receipt.outputs;
  } catch (thrown) {
    const error = secrets === null ? thrown : secrets.redactor.error(thrown);
    logFailure(logWriter, error, hooks.signal);
    throw error;
  } finally {
    await logWriter.close();
  }
}

async function perform(
  input: StepInput,
  options: StepRunnerOptions,
  hooks: LoggedHooks,
  secrets: AttemptSecrets,
): Promise<HeavyResult> {
  if (entryOf(input.kind, projectOf(options).ownSteps).heavy) {
    return runInChild(input, options, redacted(hooks, secrets.redactor));
  }
  const filled = { ...input, with: secrets.fill() };
  return runHere(filled, options, hooks, secrets);
}

type LoggedHooks = StepHooks & Required<Pick<StepHooks, 'log'>>;

const projectOf = ({ project }: StepRunnerOptions): Project => project ?? EMPTY_PROJECT;

const secretPlaces = (options: StepRunnerOptions) => ({
  project: path.resolve(options.dataRoot),
  allowed: projectOf(options).config.secrets,
});

/** The child takes out the secrets that it read; this does it again for what it may have missed. */
function redacted(hooks: LoggedHooks, { text, json }: Redactor): LoggedHooks {
  return {
    ...hooks,
    heartbeat: (details) => hooks.heartbeat(details === undefined ? undefined : json(details)),
    log: ({ fields, ...entry }) =>
      hooks.log({
        ...entry,
        message: text(entry.message),
        ...(fields && { fields: json(fields) }),
      }),
  };
}

async function runInChild(
  input: StepInput,
  options: StepRunnerOptions,
  hooks: LoggedHooks,
  scratch?: string,
): Promise<HeavyResult> {
  const job: HeavyJob = {
    type: 'step',
    input,
    attempt: hooks.attempt,
    storeFolder: path.resolve(artifactsFolder(options.stateFolder)),
    stateFolder: path.resolve(options.stateFolder),
    dataRoot: await dataRootFor(input, options),
    scratch: scratch ?? path.resolve(scratchFolder(options.stateFolder, input.run.id, input.step)),
    config: projectOf(options).config,
    project: path.resolve(options.dataRoot),
    ownStep: projectOf(options).ownSteps.get(input.kind),
  };
  const answer = await options.pool.run(
    { name: `step "${input.step}" (${input.kind})`, payload: job as unknown as Json },
    {
      signal: hooks.signal,
      onHeartbeat: (details) => hooks.heartbeat(details),
      onLog: (entry) => hooks.log(entry),
    },
  );
  // What the child says of itself; its outputs are checked below.
  return answer as unknown as HeavyResult;
}

async function runHere(
  input: StepInput,
  options: StepRunnerOptions,
  hooks: LoggedHooks,
  secrets: AttemptSecrets,
): Promise<HeavyResult> {
  const { config, ownSteps } = projectOf(options);
  const step = await entryOf(input.kind, ownSteps).load();
  let backend: string | null = null;
  const context: LocalStepContext = {
    run: input.run,
    stepId: input.step,
    attempt: hooks.attempt,
    store: options.store,
    dataRoot: await dataRootFor(input, options),
    scratch: path.resolve(scratchFolder(options.stateFolder, input.run.id, input.step)),
    stateFolder: path.resolve(options.stateFolder),
    project: path.resolve(options.dataRoot),
    config,
    spent: input.spent,
    signal: hooks.signal,
    heartbeat: (details) => hooks.heartbeat(details),
    log: (level, message, fields) =>
      hooks.log({ timeMs: Date.now(), level, message, ...(fields && { fields }) }),
    perform: async (kind, given, scratch) => {
      const part = { ...input, kind, with: decodeWith<JsonObject>(kind, given) };
      // The lines of many trainings at once would tell nobody anything.
      const log = (entry: LogEntry) => (entry.level === 'info' ? undefined : hooks.log(entry));
      const result = await runInChild(part, options, { ...hooks, log }, scratch);
      backend = result.backend ?? backend;
      return decodeOutputs<JsonObject>(kind, result.outputs);
    },
  };
  const outputs = (await step.run(input.with, secrets.guard(context))) as Json;
  return { outputs, backend };
}

/** A source that the run's commit holds is read from there, any other from the project. */
function dataRootFor({ run, with: input }: StepInput, options: StepRunnerOptions): Promise<string> {
  return dataRootOf({
    stateFolder: path.resolve(options.stateFolder),
    project: path.resolve(options.dataRoot),
    commit: run.commit,
    source: input['source'],
  });
}

function checkOutputs({ step, kind }: StepInput, outputs: Json): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(outputs) ?? '');
  const limit = kind === 'human-review' ? MAX_OPENING_BYTES : MAX_OUTPUT_BYTES;
  if (bytes > limit) {
    throw new PipelineError(
      'OUTPUT_TOO_LARGE',
      `step "${step}" (${kind}) gave ${bytes} bytes of outputs; at most ${limit} may cross into the workflow`,
      {
        remedy: 'store the large part as an artifact and give its reference',
        details: { step, bytes, limit },
      },
    );
  }
  if (kind === 'human-review') return outputs as JsonObject;
  return decodeOutputs<JsonObject>(kind, outputs);
}

function logFailure(log: LogWriter, error: unknown, signal: AbortSignal): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  log.write({
    timeMs: Date.now(),
    level: signal.aborted ? 'warn' : 'error',
    message,
    fields: typeof code === 'string' ? { code } : {},
  });
}
