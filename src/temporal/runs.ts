/** Starting, watching, cancelling and listing runs, from any process that can reach Temporal. */
import { randomBytes } from 'node:crypto';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  ApplicationFailure,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../errors.ts';
import type { RunOrigin } from '../activities/step.ts';
import type { Plan } from '../plan/plan.ts';
import { priorityOptions } from '../priority.ts';
import type { RunInput } from '../workflows/run-input.ts';
import type { RunStatus } from '../workflows/run-state.ts';
import { reportedStatus } from './reported-status.ts';
import { TASK_QUEUE } from './settings.ts';

export const WORKFLOW_TYPE = 'runPipeline';
/**
 * A worker that hangs may swallow a question that the next one would answer, so it is asked again;
 * when all these have gone unanswered it is `NO_WORKER`.
 */
const QUERY_TIMEOUTS_MS = [5_000, 5_000, 5_000];

export interface StartOptions {
  readonly plan: Plan;
  readonly submittedBy: string;
  /** @default a person */
  readonly origin?: RunOrigin | undefined;
  /** See `RunIdentity.commit`. */
  readonly commit?: string | undefined;
  /** See `RunInput`. */
  readonly cache?: RunInput['cache'];
  readonly reuse?: RunInput['reuse'];
  /** Default: the pipeline's name, the time and six random hex digits. */
  readonly runId?: string;
  readonly taskQueue?: string;
}

export interface StartedRun {
  readonly id: string;
  /** `false` where there was a run with this id. */
  readonly fresh: boolean;
}

/** Starts a run. An id names one run for good: starting it again joins that one, open or ended. */
export async function startRun(client: Client, options: StartOptions): Promise<StartedRun> {
  const { plan, submittedBy, origin = { type: 'person' }, commit, cache, reuse } = options;
  const id = options.runId ?? newRunId(plan.pipeline);
  const input: RunInput = { plan, submittedBy, origin, commit, cache, reuse };
  try {
    await client.workflow.start(WORKFLOW_TYPE, {
      workflowId: id,
      taskQueue: options.taskQueue ?? TASK_QUEUE,
      args: [input],
      memo: { pipeline: plan.pipeline, planDigest: plan.digest, submittedBy, origin },
      staticSummary: plan.pipeline,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      ...priorityOptions(plan),
    });
    return { id, fresh: true };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { id, fresh: false };
    throw error;
  }
}

export function newRunId(pipeline: string, now = new Date()): string {
  const stamp = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '-')
    .replace(/\.\d+Z$/, '');
  return `${pipeline}-${stamp}-${randomBytes(3).toString('hex')}`;
}

/** A run as lists show it, without asking its workflow. */
export interface RunSummary {
  readonly id: string;
  readonly pipeline: string;
  readonly planDigest: string;
  readonly submittedBy: string;
  readonly origin: RunOrigin;
  readonly status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
}

const SUMMARY_STATUS: Readonly<Record<string, RunSummary['status']>> = {
  RUNNING: 'running',
  CONTINUED_AS_NEW: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
};

export interface ListOptions {
  readonly openOnly?: boolean;
  /** @default 1000 */
  readonly limit?: number;
}

/** Runs, the newest first. */
export async function listRuns(client: Client, options: ListOptions = {}): Promise<RunSummary[]> {
  const open = options.openOnly ? ' AND ExecutionStatus="Running"' : '';
  const runs: RunSummary[] = [];
  const found = client.workflow.list({ query: `WorkflowType="${WORKFLOW_TYPE}"${open}` });
  for await (const info of found) {
    runs.push(summaryOf(info));
    if (runs.length >= (options.limit ?? 1000)) break;
  }
  return runs.sort((a, b) => b.startedAtMs - a.startedAtMs);
}

type DescribedRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'status' | 'startTime'> & {
  readonly memo?: WorkflowExecutionInfo['memo'] | undefined;
  readonly closeTime?: Date | undefined;
};

const memoText = (value: unknown): string => (typeof value === 'string' ? value : '');

function summaryOf(info: DescribedRun): RunSummary {
  const memo = info.memo ?? {};
  return {
    id: info.workflowId,
    pipeline: memoText(memo['pipeline']),
    planDigest: memoText(memo['planDigest']),
    submittedBy: memoText(memo['submittedBy']),
    origin: (memo['origin'] as RunOrigin | undefined) ?? { type: 'person' },
    status: SUMMARY_STATUS[info.status.name] ?? 'running',
    // A long run goes on in new executions, which note when its first one began.
    startedAtMs: Date.parse(memoText(memo['startedAt'])) || info.startTime.getTime(),
    finishedAtMs: info.closeTime?.getTime() ?? null,
  };
}

/**
 * The status of one run: of an open one by asking its workflow, of an ended one from its history,
 * which needs no worker.
 *
 * @throws PipelineError `RUN_NOT_FOUND`, `NO_WORKER`, or the reason why a run ended without a
 * status (terminated from outside).
 */
export async function runStatus(client: Client, id: string): Promise<RunStatus> {
  const summary = await describeRun(client, id);
  if (summary.status === 'running') return queryStatus(client, id);
  return finalStatus(client, id);
}

export async function describeRun(client: Client, id: string): Promise<RunSummary> {
  try {
    return summaryOf(await client.workflow.getHandle(id).describe());
  } catch (error) {
    throw notFound(error, id);
  }
}

async function queryStatus(client: Client, id: string): Promise<RunStatus> {
  for (const timeoutMs of QUERY_TIMEOUTS_MS) {
    try {
      return await client.withDeadline(Date.now() + timeoutMs, () =>
        client.workflow.getHandle(id).query<RunStatus>('status'),
      );
    } catch (error) {
      if (error instanceof QueryNotRegisteredError) {
        throw new PipelineError('RUN_NOT_FOUND', `${id} is not a run of modelwright`);
      }
      if (grpcCodeOf(error) === FAILED_PRECONDITION) throw noWorkerCan(id, error);
      if (!isDeadline(error)) throw notFound(error, id);
    }
  }
  throw noWorker((await client.workflow.getHandle(id).describe()).taskQueue);
}

/** Waits for the end. @returns the final status, also of a failed or cancelled run */
export async function finalStatus(client: Client, id: string): Promise<RunStatus> {
  try {
    return (await client.workflow.getHandle(id).result()) as RunStatus;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw notFound(error, id);
    const { cause } = error;
    const [status] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    // Temporal keeps no details of a cancellation; the report was written from the same status.
    const found = (status as RunStatus | undefined) ?? (await reportedStatus(client, id));
    if (found) return found;
    const message = `run ${id} ended without a status: ${cause?.message ?? error.message}`;
    throw new PipelineError('STEP_FAILED', message, { cause: error });
  }
}

/** Asks a run to stop; its running steps save what is worth it. @throws `RUN_NOT_FOUND` */
export async function cancelRun(client: Client, id: string): Promise<void> {
  try {
    await client.workflow.getHandle(id).cancel();
  } catch (error) {
    throw notFound(error, id);
  }
}

/**
 * Whether a worker has taken up a run's first task within the time.
 *
 * The list of pollers cannot tell: the server keeps dead ones for minutes.
 */
export async function isTakenUp(client: Client, id: string, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  // Started, task scheduled, task started, task completed.
  const FIRST_TASK_DONE = 4;
  for (;;) {
    const { historyLength } = await client.workflow.getHandle(id).describe();
    if (historyLength >= FIRST_TASK_DONE) return true;
    if (Date.now() >= deadline) return false;
    await sleep(100);
  }
}

export function noWorker(taskQueue: string, cause?: unknown): PipelineError {
  return new PipelineError('NO_WORKER', `no worker polls the task queue "${taskQueue}"`, {
    remedy: 'start one with `modelwright up` or `modelwright worker`; the run waits for it',
    cause,
  });
}

/** Its workflow fails wherever it is taken up: code of another version, or one that is wrong. */
function noWorkerCan(id: string, cause: unknown): PipelineError {
  return new PipelineError('NO_WORKER', `no worker can go on with run ${id}`, {
    remedy: 'see why in the log of the worker; it may need the version that the run began with',
    cause,
  });
}

/** gRPC status codes. */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const FAILED_PRECONDITION = 9;

function grpcCodeOf(error: unknown): unknown {
  const cause = error instanceof ServiceError ? error.cause : error;
  return (cause as { code?: unknown } | undefined)?.code;
}

export function isDeadline(error: unknown): boolean {
  const code = grpcCodeOf(error);
  return code === DEADLINE_EXCEEDED || code === CANCELLED;
}

function notFound(error: unknown, id: string): unknown {
  if (!(error instanceof WorkflowNotFoundError)) return error;
  return new PipelineError('RUN_NOT_FOUND', `there is no run "${id}"`, {
    remedy: '`modelwright status` lists the runs',
    cause: error,
  });
}
