/**
 * Deployments: workers of several builds under one name. New runs go to the current build; a run
 * stays on the build that it began with, whatever is made current later.
 *
 * A build is `inactive` until it is made current once, `draining` when another took its place while
 * runs of it are open, and `drained` when there are none: its workers can be stopped.
 */
import type { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../errors.ts';
import { isConnectionLost } from './connection.ts';

export type BuildState = 'inactive' | 'current' | 'ramping' | 'draining' | 'drained';

export interface Build {
  readonly build: string;
  readonly state: BuildState;
  readonly firstSeenMs: number;
}

/**
 * Temporal's `WorkerDeploymentVersionStatus`. What a server may add in later versions is shown as a
 * build that takes no runs.
 */
const STATES: ReadonlyMap<unknown, BuildState> = new Map([
  [2, 'current'],
  [3, 'ramping'],
  [4, 'draining'],
  [5, 'drained'],
]);

/** A worker's first poll reaches the server a moment after it has started. */
const SEEN_WITHIN_MS = 30_000;

/** The server does not find a deployment for a moment while it renews what it keeps of it. */
const RENEWED_WITHIN_MS = 2_000;

/** gRPC status codes. */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

/**
 * The builds of a deployment, the newest first; the server forgets those that are drained and have
 * no worker.
 *
 * @throws PipelineError `NO_WORKER` where no worker of the deployment was seen,
 * `TEMPORAL_UNREACHABLE`
 */
export async function listBuilds(client: Client, deploymentName: string): Promise<Build[]> {
  const { workerDeploymentInfo } = await asking(
    () =>
      client.workflowService.describeWorkerDeployment({
        namespace: client.options.namespace,
        deploymentName,
      }),
    { version: { deploymentName, buildId: '' }, again: [NOT_FOUND], withinMs: RENEWED_WITHIN_MS },
  );
  return (workerDeploymentInfo?.versionSummaries ?? [])
    .map(({ deploymentVersion, status, createTime }) => ({
      build: deploymentVersion?.buildId ?? '',
      state: STATES.get(status) ?? ('inactive' as const),
      firstSeenMs: Number(createTime?.seconds ?? 0) * 1000,
    }))
    .sort((a, b) => b.firstSeenMs - a.firstSeenMs);
}

/**
 * Sends new runs to a build. Runs that are open stay where they are.
 *
 * @param version  an empty `buildId` stands for workers without a deployment.
 * @param withinMs  how long to wait for the build's workers to poll what the current build polls.
 * @throws PipelineError `NO_WORKER` where they do not, `TEMPORAL_UNREACHABLE`
 */
export async function makeCurrent(
  client: Client,
  version: WorkerDeploymentVersion,
  withinMs = SEEN_WITHIN_MS,
): Promise<void> {
  const { namespace, identity } = client.options;
  await asking(
    () =>
      client.workflowService.setWorkerDeploymentCurrentVersion({
        ...{ namespace, identity, ...version },
        // Workers without a deployment are not counted, so that some queue would always be missing.
        ignoreMissingTaskQueues: version.buildId === '',
      }),
    { version, again: [NOT_FOUND, FAILED_PRECONDITION], withinMs },
  );
}

interface Asking {
  readonly version: WorkerDeploymentVersion;
  /** The gRPC codes that may pass. */
  readonly again: readonly unknown[];
  readonly withinMs: number;
}

async function asking<Answer>(
  ask: () => Promise<Answer>,
  { version, again, withinMs }: Asking,
): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!again.includes(codeOf(error)) || Date.now() >= deadline) {
        throw codedFailure(error, version);
      }
      await sleep(200);
    }
  }
}

function codedFailure(error: unknown, version: WorkerDeploymentVersion): unknown {
  const { deploymentName, buildId } = version;
  const { details } = error as { readonly details?: string };
  if (codeOf(error) === NOT_FOUND) {
    const build = buildId === '' ? '' : `build "${buildId}" of `;
    const message = `no worker of ${build}the deployment "${deploymentName}" was seen`;
    const start = `modelwright worker --deployment ${deploymentName}`;
    return new PipelineError('NO_WORKER', message, { remedy: `start one: ${start}`, cause: error });
  }
  if (codeOf(error) === FAILED_PRECONDITION) {
    const message = `build "${buildId}" cannot be made current: ${details ?? String(error)}`;
    const remedy = 'start its workers for every queue that the current build polls, and try again';
    return new PipelineError('NO_WORKER', message, { remedy, cause: error });
  }
  if (codeOf(error) === undefined) return error;
  return new PipelineError('TEMPORAL_UNREACHABLE', `Temporal refused: ${details ?? ''}`, {
    remedy: isConnectionLost(error)
      ? 'see whether the server is up; `modelwright doctor` checks it'
      : 'worker deployments need Temporal 1.29.1 or later',
    cause: error,
  });
}
