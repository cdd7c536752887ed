/** Runs a step of a team's own as the worker would, in a test, without a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OwnStepModule } from '../activities/own-steps/define-step.ts';
import { runOwnStep } from '../activities/own-steps/run-own-step.ts';
import type { LogLevel, RunIdentity, StepContext } from '../activities/step.ts';
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { readOwnStep } from '../config/own-step.ts';
import { PipelineError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { decodeOutputs, decodeWith, setOwnKinds } from '../spec/step-schemas.ts';

export interface TestRunOptions {
  /** The schema beside the module: a path, or `new URL('./x.schema.json', import.meta.url)`. */
  readonly schema: string | URL;
  /** What the step takes, secrets as plain text. @default {} */
  readonly with?: JsonObject;
  /** From 1. @default 1 */
  readonly attempt?: number;
  /** Aborted to cancel the step. @default never */
  readonly signal?: AbortSignal;
  /** `context.dataRoot`. @default an empty folder */
  readonly project?: string;
  /** Called before the step runs, with what to put artifacts into that `with` names. */
  readonly prepare?: (store: ArtifactStore) => Promise<JsonObject>;
}

export interface TestLog {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface TestRun<Outputs> {
  readonly outputs: Outputs;
  readonly logs: readonly TestLog[];
  /** Details of every heartbeat, `null` where it had none. */
  readonly heartbeats: readonly Json[];
  /** Holds what the step stored, until `dispose`. */
  readonly store: ArtifactStore;
  /** Removes the store and the other folders. */
  dispose(): Promise<void>;
}

const RUN: RunIdentity = {
  id: 'test-run',
  pipeline: 'test',
  planDigest: '0'.repeat(64),
  submittedBy: 'test',
};

const MAX_OUTPUT_BYTES = 32 * 1024;

/**
 * Runs one attempt of a step: `with` is checked and given its defaults by the schema, and the
 * outputs are checked, as the worker does it.
 *
 * @throws PipelineError what a run would end with: `SPEC_INVALID` (and its likes) for `with`,
 * `OWN_STEP_FAILED`, `OWN_STEP_GAVE_UP`, `CANCELLED`, `OUTPUT_INVALID`, `OUTPUT_TOO_LARGE`. Its
 * `cause` is what the step threw.
 */
export async function runStep<With, Outputs>(
  step: OwnStepModule<With, Outputs>,
  options: TestRunOptions,
): Promise<TestRun<Outputs>> {
  const { kind, schema } = readOwnStep('', toPath(options.schema));
  if (kind !== step.kind) {
    const message = `the step is of kind "${step.kind}", its schema of kind "${kind}"`;
    throw new PipelineError('OWN_STEP_INVALID', message);
  }
  setOwnKinds([{ kind, schema }]);
  const folder = await mkdtemp(path.join(tmpdir(), 'modelwright-test-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const store = await openFolderStore(path.join(folder, 'store'));
    const record: Recorded = { logs: [], heartbeats: [] };
    const prepared = (await options.prepare?.(store)) ?? {};
    const input = decodeWith<JsonObject>(kind, { ...options.with, ...prepared });
    const context = contextOf(options, { folder, store, record });
    const outputs = await runOwnStep(step as unknown as OwnStepModule, input, context);
    return { outputs: checked<Outputs>(kind, outputs), ...record, store, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Recorded {
  readonly logs: TestLog[];
  readonly heartbeats: Json[];
}

interface Place {
  readonly folder: string;
  readonly store: ArtifactStore;
  readonly record: Recorded;
}

function contextOf(options: TestRunOptions, { folder, store, record }: Place): StepContext {
  return {
    run: RUN,
    stepId: 'step',
    attempt: options.attempt ?? 1,
    store,
    dataRoot: path.resolve(options.project ?? folder),
    scratch: path.join(folder, 'scratch'),
    signal: options.signal ?? new AbortController().signal,
    heartbeat: (details = null) => void record.heartbeats.push(details),
    log: (level, message, fields = {}) => void record.logs.push({ level, message, fields }),
  };
}

function checked<Outputs>(kind: string, outputs: Json): Outputs {
  const bytes = Buffer.byteLength(JSON.stringify(outputs));
  if (bytes <= MAX_OUTPUT_BYTES) return decodeOutputs<Outputs>(kind, outputs);
  const message = `${kind} gave ${bytes} bytes of outputs; at most ${MAX_OUTPUT_BYTES} may be given`;
  throw new PipelineError('OUTPUT_TOO_LARGE', message, {
    remedy: 'store the large part with context.store and give its reference',
  });
}

const toPath = (file: string | URL): string =>
  path.resolve(file instanceof URL ? fileURLToPath(file) : file);
