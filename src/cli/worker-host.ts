/** A worker with everything behind it: store, compute processes, the steps. */
import { getClient } from '@temporalio/activity';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { askBackend } from '../activities/cache/ask-backend.ts';
import { probeCache, type ProbeInput } from '../activities/cache/probe-cache.ts';
import { reuseResults } from '../activities/cache/reuse-results.ts';
import { StepCache } from '../activities/cache/step-cache.ts';
import type { FingerprintInput } from '../activities/fingerprint-sources.ts';
import { fingerprintSources } from '../activities/fingerprint-sources.ts';
import type { DriftFinding } from '../activities/drift-job.ts';
import { measureDrift, type DriftQuestion } from '../activities/measure-drift.ts';
import { recordDecisions } from '../activities/record-decisions.ts';
import { createStepRunner } from '../activities/step-runner.ts';
import { STEP_KINDS } from '../activities/steps.ts';
import { terminateRun } from '../activities/terminate-run.ts';
import { writeReport } from '../activities/write-report.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder, runScratchFolder } from '../artifacts/state-folder.ts';
import { ComputePool } from '../compute/pool.ts';
import type { LogEntry } from '../compute/protocol.ts';
import { type Project, useProject } from '../config/project.ts';
import { PipelineError } from '../errors.ts';
import type { StepInput } from '../activities/step.ts';
import type { Json, JsonObject } from '../json.ts';
import { ENGINE_ACTIVITIES } from './engine-activities.ts';
import { asActivity } from '../temporal/activity-adapter.ts';
import { connectWorker } from '../temporal/connection.ts';
import type { TemporalSettings } from '../temporal/settings.ts';
import { createWorker } from '../temporal/worker.ts';
import { COMPUTE_ENTRY } from './compute-entry.ts';
import { readRunRecord, saveRunRecord } from './run-records.ts';
import type { Reuse } from '../workflows/run-input.ts';
import type { DecisionRecord, RunRecord } from '../workflows/run-state.ts';

export interface HostOptions {
  readonly settings: TemporalSettings;
  readonly stateFolder: string;
  readonly dataRoot: string;
  readonly taskQueue?: string | undefined;
  /** Compute processes at once. @default the number of processors */
  readonly concurrency?: number | undefined;
  /** See `WorkerOptions`. */
  readonly version?: WorkerDeploymentVersion | undefined;
  /** Says what does not stop the work. */
  readonly note: (text: string) => void;
}

export interface WorkerHost {
  /** Settles when the worker has stopped; rejects if it failed. */
  readonly stopped: Promise<void>;
  /** Lets running steps save their checkpoints, then stops. */
  stop(): Promise<void>;
}

export async function startWorkerHost(options: HostOptions): Promise<WorkerHost> {
  const { settings, stateFolder, dataRoot } = options;
  const project = useProject(dataRoot);
  const store = await openFolderStore(artifactsFolder(stateFolder));
  const pool = new ComputePool({
    entry: COMPUTE_ENTRY,
    concurrency: options.concurrency ?? Math.max(1, cpus().length),
  });
  const cache = new StepCache({
    ...{ stateFolder, dataRoot, store },
    askBackend: () => askBackend(pool),
  });
  const runStep = createStepRunner({ stateFolder, dataRoot, pool, store, cache, project });
  // Warnings reach whoever watches the worker; the run's log has everything.
  const warn = (step: string, { level, message }: LogEntry) => {
    if (level !== 'info') options.note(`${level}: ${step}: ${message}`);
  };
  const stepActivity = asActivity<StepInput, JsonObject>((input, hooks) =>
    runStep(input, { ...hooks, log: (entry) => warn(input.step, entry) }),
  );
  const activities: Record<string, (input: never) => Promise<unknown>> = {
    ...Object.fromEntries(STEP_KINDS.map((kind) => [kind, stepActivity])),
    'fingerprint-sources': asActivity((input: FingerprintInput) =>
      fingerprintSources(input, { stateFolder, dataRoot }),
    ),
    'probe-cache': asActivity((input: ProbeInput) => probeCache(input, { cache, stateFolder })),
    'reuse-results': asActivity((input: Reuse) =>
      reuseResults(input, { store, statusOf: (run) => readRunRecord(stateFolder, run) }),
    ),
    ...ENGINE_ACTIVITIES,
    'measure-drift': asActivity((input: DriftQuestion, hooks) =>
      measureDrift(input, {
        stateFolder,
        dataRoot,
        store,
        note: (text) => options.note(text),
        compare: async (job) =>
          (await pool.run(
            { name: `the comparison of ${job.source}`, payload: job as unknown as Json },
            { signal: hooks.signal },
          )) as unknown as DriftFinding,
      }),
    ),
    'terminate-run': asActivity((input: { readonly run: string }) =>
      terminateRun(getClient(), input),
    ),
    'record-decisions': asActivity((record: DecisionRecord) => recordDecisions(record, store)),
    'write-report': asActivity(async (record: RunRecord) => {
      const written = await writeReport(record, store);
      await saveRunRecord(stateFolder, { ...record.status, ...written }, record.plan);
      // Checkpoints have served: the results are artifacts now.
      await rm(runScratchFolder(stateFolder, record.status.run.id), {
        recursive: true,
        force: true,
      });
      return written;
    }),
  };
  for (const kind of ownKinds(project, activities)) activities[kind] = stepActivity;
  // A compute process takes a second to load TensorFlow: it does so while the worker starts.
  // So it is asked for its backend now: later, all may be at work for hours.
  pool
    .prewarm(1)
    .then(() => cache.learnBackend())
    .catch((error: Error) => options.note(`no compute process yet: ${error.message}`));
  let connection: NativeConnection | null = null;
  let worker: Worker;
  try {
    connection = await connectWorker(settings);
    worker = await createWorker({
      connection,
      namespace: settings.namespace,
      activities,
      version: options.version,
      ...(options.taskQueue === undefined ? {} : { taskQueue: options.taskQueue }),
    });
  } catch (error) {
    await pool.close();
    await connection?.close();
    throw error;
  }
  const stopped = worker.run().finally(async () => {
    await pool.close();
    await connection?.close();
  });
  return {
    stopped,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

/** @throws PipelineError `CONFIG_INVALID` for a kind that is the name of an activity of ours. */
function ownKinds({ ownSteps }: Project, activities: Readonly<Record<string, unknown>>) {
  const kinds = [...ownSteps.keys()];
  const taken = kinds.find((kind) => Object.hasOwn(activities, kind));
  if (taken === undefined) return kinds;
  throw new PipelineError('CONFIG_INVALID', `"${taken}" cannot be the name of a step`, {
    remedy: `modelwright uses it itself; choose another, such as team/${taken}`,
  });
}
