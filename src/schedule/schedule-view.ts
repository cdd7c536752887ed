/** Schedules as people see them: what the file said, when they fire, what they started. */
import type { Client, ScheduleDescription } from '@temporalio/client';
import {
  ScheduleNotFoundError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { suggest } from '../did-you-mean.ts';
import { PipelineError } from '../errors.ts';
import type { ScheduleTrigger, TimedTrigger } from '../spec/spec.ts';
import type { RunSummary } from '../temporal/runs.ts';
import { listRuns } from '../temporal/runs.ts';
import type { ScheduledInput } from './declare-schedules.ts';
import { ourSchedules } from './reconcile-schedules.ts';

export interface ScheduleView {
  readonly id: string;
  readonly pipeline: string;
  readonly file: string;
  readonly commit: string | null;
  readonly trigger: TimedTrigger;
  readonly paused: boolean;
  readonly note: string | null;
  /** ISO 8601, UTC, jitter included; as Temporal will fire. */
  readonly next: readonly string[];
  /** The newest first, 20 at most. */
  readonly runs: readonly RunSummary[];
  /** Times that were due: taken, given up because the server was down too long, let go by `overlap`. */
  readonly times: { readonly taken: number; readonly missed: number; readonly skipped: number };
}

/** The others look at data at their times, and may start nothing. */
export const isScheduleTrigger = (trigger: TimedTrigger): trigger is ScheduleTrigger =>
  'key' in trigger;

/** All of them, or those of one pipeline, sorted by id. */
export async function listSchedules(client: Client, pipeline?: string): Promise<ScheduleView[]> {
  const ours = await ourSchedules(client);
  const chosen = ours.filter((one) => pipeline === undefined || one.pipeline === pipeline);
  const runs = chosen.length > 0 ? await listRuns(client, { limit: 10_000 }) : [];
  const views: ScheduleView[] = [];
  for (const { scheduleId } of chosen) {
    const description = await describe(client, scheduleId);
    if (description) views.push(viewOf(description, runs));
  }
  return views;
}

/** @throws PipelineError `SCHEDULE_NOT_FOUND` */
export async function viewSchedule(client: Client, id: string): Promise<ScheduleView> {
  const description = await describe(client, id);
  if (!description) throw notFound(id, []);
  return viewOf(description, await listRuns(client, { limit: 10_000 }));
}

/**
 * Finds a schedule by its id, or by its pipeline where that has one only.
 *
 * @throws PipelineError `SCHEDULE_NOT_FOUND`; `USAGE` where the pipeline has several.
 */
export async function findSchedule(client: Client, name: string): Promise<string> {
  const description = await describe(client, name);
  if (description && inputOf(description)) return name;
  const ours = await ourSchedules(client);
  const own = ours.filter(({ pipeline }) => pipeline === name);
  const [only] = own;
  if (only && own.length === 1) return only.scheduleId;
  const ids = (own.length > 0 ? own : ours).map(({ scheduleId }) => scheduleId);
  if (own.length === 0) throw notFound(name, ids);
  throw new PipelineError('USAGE', `the pipeline "${name}" has ${own.length} schedules`, {
    remedy: `name one: ${ids.join(', ')}`,
  });
}

const notFound = (name: string, ids: readonly string[]): PipelineError =>
  new PipelineError('SCHEDULE_NOT_FOUND', `there is no schedule "${name.slice(0, 200)}"`, {
    remedy:
      ids.length > 0
        ? suggest(name, ids, 'schedules')
        : 'make it with `modelwright schedule apply`',
  });

async function describe(client: Client, id: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

function inputOf({ action }: ScheduleDescription): ScheduledInput | null {
  const [input] = (action.args ?? []) as readonly Partial<ScheduledInput>[];
  return typeof input?.declared === 'string' ? (input as ScheduledInput) : null;
}

function viewOf(description: ScheduleDescription, runs: readonly RunSummary[]): ScheduleView {
  const { scheduleId, state, info } = description;
  const input = inputOf(description);
  if (!input) throw new PipelineError('INTERNAL', `${scheduleId} was not made by modelwright`);
  const pipeline = input.plan.pipeline;
  return {
    id: scheduleId,
    pipeline,
    file: input.file,
    commit: input.commit ?? null,
    trigger: input.trigger,
    paused: state.paused,
    note: state.note ?? null,
    next: state.paused ? [] : info.nextActionTimes.map((time) => time.toISOString()),
    runs: runs.filter((run) => isRunOf(run, scheduleId)).slice(0, 20),
    times: {
      taken: info.numActionsTaken,
      missed: info.numActionsMissedCatchupWindow,
      skipped: info.numActionsSkippedOverlap,
    },
  };
}

/** Whoever submits a run of a schedule is the schedule. */
const isRunOf = ({ submittedBy }: RunSummary, scheduleId: string): boolean =>
  submittedBy === scheduleId;

export interface LastCheck {
  /** Why it failed; `null` where it did not. */
  readonly failure: string | null;
  /** What it found, in words; `null` where it said nothing. */
  readonly says: string | null;
}

export const NO_CHECK: LastCheck = { failure: null, says: null };

/** The newest check that has ended, of a trigger that looks at data. */
export async function lastCheck(client: Client, id: string): Promise<LastCheck> {
  const { info } = await client.schedule.getHandle(id).describe();
  for (const { action } of [...info.recentActions].reverse()) {
    const ended = await endOfCheck(client, action.workflow.workflowId);
    if (ended) return ended;
  }
  return NO_CHECK;
}

/** @returns `null` for one that is at work, or that the server has forgotten. */
async function endOfCheck(client: Client, workflowId: string): Promise<LastCheck | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'FAILED' && status.name !== 'COMPLETED') return null;
    const result = (await handle.result()) as { readonly says?: unknown } | null;
    return { failure: null, says: typeof result?.says === 'string' ? result.says : null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { failure: innermostMessage(error), says: null };
  }
}

function innermostMessage(error: Error): string {
  return error.cause instanceof Error ? innermostMessage(error.cause) : error.message;
}
