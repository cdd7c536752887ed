/** Makes the schedules in Temporal what the pipelines' files say. */
import type { Client, ScheduleHandle } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { TASK_QUEUE } from '../temporal/settings.ts';
import type { DeclaredSchedule, ScheduledInput, ScheduledPipeline } from './declare-schedules.ts';
import { declareSchedules } from './declare-schedules.ts';

export interface ScheduleChange {
  readonly scheduleId: string;
  readonly pipeline: string;
  readonly change: 'created' | 'updated' | 'deleted' | 'unchanged';
}

export interface ReconcileOptions {
  /** Says what would change, and changes nothing. */
  readonly dryRun?: boolean;
  readonly taskQueue?: string;
  /** @default the present */
  readonly now?: Date;
}

/** Of requests to the server at once. */
const CONCURRENCY = 20;

/**
 * Makes the schedules of these pipelines what their triggers say; those of other pipelines stay
 * as they are.
 *
 * A schedule that is there already is changed in place: its history, whether it is paused, and its
 * note stay. Calling it again changes nothing. Every plan is compiled first: an error leaves all
 * schedules as they were.
 *
 * @throws PipelineErrors where a pipeline does not compile with a trigger's parameters.
 */
export async function reconcileSchedules(
  client: Client,
  pipelines: readonly ScheduledPipeline[],
  options: ReconcileOptions = {},
): Promise<readonly ScheduleChange[]> {
  const { now = new Date() } = options;
  const declared = pipelines.flatMap((pipeline) => declareSchedules(pipeline, now));
  const wanted = new Set(declared.map(({ scheduleId }) => scheduleId));
  const names = new Set(pipelines.map(({ name }) => name));
  const kept = await inParallel(declared, (schedule) => apply(client, schedule, options));
  const stale = (await ourSchedules(client)).filter(
    ({ scheduleId, pipeline }) => names.has(pipeline) && !wanted.has(scheduleId),
  );
  const deleted = await inParallel(stale, (schedule) => remove(client, schedule, options));
  return [...kept, ...deleted];
}

/** Deletes the schedules of one pipeline or several; runs that they started go on. */
export async function retireSchedules(
  client: Client,
  pipelines: string | readonly string[],
  options: Pick<ReconcileOptions, 'dryRun'> = {},
): Promise<readonly ScheduleChange[]> {
  const names = new Set([pipelines].flat());
  const own = (await ourSchedules(client)).filter(({ pipeline }) => names.has(pipeline));
  return inParallel(own, (schedule) => remove(client, schedule, options));
}

export interface OurSchedule {
  readonly scheduleId: string;
  readonly pipeline: string;
}

/** Every schedule that this file made. The server's list may lag behind by a second. */
export async function ourSchedules(client: Client): Promise<readonly OurSchedule[]> {
  const found: OurSchedule[] = [];
  for await (const { scheduleId, memo } of client.schedule.list({ pageSize: 1_000 })) {
    const pipeline = memo?.['modelwrightPipeline'];
    if (typeof pipeline === 'string') found.push({ scheduleId, pipeline });
  }
  return found.sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
}

async function apply(
  client: Client,
  schedule: DeclaredSchedule,
  options: ReconcileOptions,
): Promise<ScheduleChange> {
  const { scheduleId, pipeline, input } = schedule;
  const handle = client.schedule.getHandle(scheduleId);
  const before = await declaredBefore(handle);
  if (before === input.declared) return { scheduleId, pipeline, change: 'unchanged' };
  const change = before === null ? 'created' : 'updated';
  if (options.dryRun) return { scheduleId, pipeline, change };
  if (before === null && (await create(client, schedule, options))) {
    return { scheduleId, pipeline, change };
  }
  await handle.update(({ state }) => ({
    ...schedule.options,
    action: actionOf(schedule, options),
    state,
  }));
  return { scheduleId, pipeline, change: 'updated' };
}

/** @returns `null` where there is no such schedule. */
async function declaredBefore(handle: ScheduleHandle): Promise<string | null> {
  try {
    const { action } = await handle.describe();
    const [input] = (action.args ?? []) as readonly Partial<ScheduledInput>[];
    return input?.declared ?? '';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** @returns `false` where another process has just made it. */
async function create(
  client: Client,
  schedule: DeclaredSchedule,
  options: ReconcileOptions,
): Promise<boolean> {
  const { scheduleId, pipeline } = schedule;
  try {
    await client.schedule.create({
      scheduleId,
      ...schedule.options,
      action: actionOf(schedule, options),
      memo: { modelwrightPipeline: pipeline },
    });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

const actionOf = (
  { scheduleId, workflowType, input, pipeline }: DeclaredSchedule,
  { taskQueue = TASK_QUEUE }: ReconcileOptions,
) => ({
  type: 'startWorkflow' as const,
  workflowType,
  // Temporal adds the time that was due.
  workflowId: scheduleId,
  taskQueue,
  args: [input] as [ScheduledInput],
  staticSummary: pipeline,
});

async function remove(
  client: Client,
  { scheduleId, pipeline }: OurSchedule,
  { dryRun = false }: Pick<ReconcileOptions, 'dryRun'>,
): Promise<ScheduleChange> {
  const change: ScheduleChange = { scheduleId, pipeline, change: 'deleted' };
  if (dryRun) return change;
  try {
    await client.schedule.getHandle(scheduleId).delete();
  } catch (error) {
    // The list lags behind: it was deleted before.
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  return change;
}

/** Results in the order of the items. */
async function inParallel<Item, Result>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += CONCURRENCY) {
    results.push(...(await Promise.all(items.slice(at, at + CONCURRENCY).map(perform))));
  }
  return results;
}
