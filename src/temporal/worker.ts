/** The worker: polls the task queue, runs workflows from the prebuilt bundle, and steps. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { dataConverter } from './payload-codec.ts';
import { TASK_QUEUE } from './settings.ts';

/** Made by the build; the sources are bundled where it is missing, which takes 0.7 s. */
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const SOURCES = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));

export type Activities = Record<string, (input: never) => Promise<unknown>>;

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: Activities;
  readonly taskQueue?: string;
  /** Code of another bundle than modelwright's own; for benchmarks. */
  readonly workflowCode?: string;
  readonly maxCachedWorkflows?: number;
  /** Runs begun by this build stay on it. @default any worker may go on with any run */
  readonly version?: WorkerDeploymentVersion | undefined;
}

/** The bundler reports every module it sees; only its faults matter. */
const quiet = new DefaultLogger('ERROR');

async function workflowBundle(code: string | undefined) {
  if (code !== undefined) return { code };
  if (existsSync(BUNDLE)) return { codePath: BUNDLE };
  return bundleWorkflowCode({ workflowsPath: SOURCES, logger: quiet });
}

/** A worker that is ready to `run()`; the caller shuts it down and closes the connection. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { version } = options;
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue ?? TASK_QUEUE,
    workflowBundle: await workflowBundle(options.workflowCode),
    activities: options.activities,
    ...(version !== undefined && {
      workerDeploymentOptions: {
        version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    }),
    dataConverter,
    maxConcurrentActivityTaskExecutions: 100,
    maxCachedWorkflows: options.maxCachedWorkflows ?? 500,
    // After a killed worker its tasks and questions go to the next one this soon.
    stickyQueueScheduleToStartTimeout: '2s',
    // Time for a training step to write its checkpoint after being told to stop.
    shutdownForceTime: '30s',
    // Heartbeats carry the checkpoint's digest: send them promptly.
    maxHeartbeatThrottleInterval: '1s',
  });
}
