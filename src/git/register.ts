/** Makes the changes of a comparison true: schedules, registrations, and what is retired. */
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import type { Json } from '../json.ts';
import { declareSchedules, scheduleIdsOf } from '../schedule/declare-schedules.ts';
import {
  ourSchedules,
  reconcileSchedules,
  retireSchedules,
} from '../schedule/reconcile-schedules.ts';
import type { ScheduleChange } from '../schedule/reconcile-schedules.ts';
import type { LoadPipeline } from '../plan/child-pipelines.ts';
import type { FoundPipeline, PipelineSource } from './catalogue.ts';
import { loadFromTexts, readChildTexts } from './child-pipelines.ts';
import type { Comparison } from './compare.ts';
import { planWith } from './pipeline-file.ts';
import { labelOf } from './pipeline-label.ts';
import { saveRegistrations, succeed, type Registration } from './registration.ts';

/** Connects for as long as something is done with the client. */
export type UseClient = <Result>(perform: (client: Client) => Promise<Result>) => Promise<Result>;

export interface RegisterOptions {
  readonly stateFolder: string;
  readonly source: PipelineSource;
  readonly comparison: Comparison;
  /** Before this comparison, by name. */
  readonly registered: ReadonlyMap<string, Registration>;
  /** Called only where there are schedules, or were. */
  readonly useClient: UseClient;
}

/**
 * Registers what changed, retires what is gone, and keeps all schedules as they are declared.
 *
 * Schedules come first: cut off between the two, the next sync finds the change again.
 *
 * @returns the schedules that were changed.
 */
export async function register(options: RegisterOptions): Promise<readonly ScheduleChange[]> {
  const { stateFolder, comparison } = options;
  const registeredAt = new Date().toISOString();
  const next = await nextRegistrations(options, registeredAt);
  const changed = await changeSchedules(next, options);
  const restored = await restoreSchedules(options);
  const retired = comparison.retiring.map((one) => ({ ...one, retiredAt: registeredAt }));
  await saveRegistrations(stateFolder, [...next, ...retired]);
  return [...changed, ...restored];
}

/** What `register` would change about schedules, by the registrations alone: no server is asked. */
export async function forecastSchedules(
  options: Pick<RegisterOptions, 'source' | 'comparison'>,
): Promise<readonly ScheduleChange[]> {
  const { registering, retiring } = options.comparison;
  const now = new Date();
  const declared = (of: readonly Registration[]) =>
    new Map(
      of
        .filter(({ retiredAt }) => retiredAt === undefined)
        .flatMap((one) => declareSchedules(asScheduled(one), now))
        .map((one) => [one.scheduleId, one] as const),
    );
  const before = declared([...retiring, ...registering.flatMap((one) => one.before ?? [])]);
  const after = declared(await nextRegistrations(options, now.toISOString()));
  const kept = [...after.values()].flatMap(({ scheduleId, pipeline, input }) => {
    const earlier = before.get(scheduleId);
    if (earlier?.input.declared === input.declared) return [];
    return [{ scheduleId, pipeline, change: earlier ? 'updated' : 'created' } as const];
  });
  const gone = [...before.values()].filter(({ scheduleId }) => !after.has(scheduleId));
  return [
    ...kept,
    ...gone.map(
      ({ scheduleId, pipeline }) => ({ scheduleId, pipeline, change: 'deleted' }) as const,
    ),
  ];
}

async function nextRegistrations(
  { source, comparison: { registering } }: Pick<RegisterOptions, 'source' | 'comparison'>,
  registeredAt: string,
): Promise<readonly Registration[]> {
  const contents = await source.read(
    await source.sizes(registering.map(({ pipeline }) => pipeline.blob)),
  );
  const { repository, ref, commit } = source;
  const next: Registration[] = [];
  for (const { pipeline, before } of registering) {
    const { name, file, blob, planDigest, triggers, data } = pipeline;
    const text = new TextDecoder().decode(contents.get(blob));
    const pipelines = await childrenOf(pipeline, source);
    const version = { name, file, blob, planDigest, triggers, data, text, pipelines };
    next.push(succeed(before, { ...version, repository, ref, commit, registeredAt }));
  }
  return next;
}

async function childrenOf(
  { pipelines }: FoundPipeline,
  source: PipelineSource,
): Promise<NonNullable<Registration['pipelines']>> {
  const texts = await readChildTexts(source, pipelines);
  return Object.fromEntries(
    Object.entries(pipelines).map(([path, blob]) => [path, { blob, text: texts[path] ?? '' }]),
  );
}

const hasTimes = ({ name, triggers }: Pick<Registration, 'name' | 'triggers'>): boolean =>
  scheduleIdsOf(name, triggers).length > 0;

async function changeSchedules(
  next: readonly Registration[],
  { comparison: { registering, retiring }, useClient }: RegisterOptions,
): Promise<readonly ScheduleChange[]> {
  const had = new Set(
    registering.flatMap(({ before }) => (before && hasTimes(before) ? [before.name] : [])),
  );
  const scheduled = next.filter((one) => hasTimes(one) || had.has(one.name));
  const gone = retiring.filter(hasTimes);
  if (scheduled.length + gone.length === 0) return [];
  const before = [...gone, ...registering.flatMap((one) => one.before ?? [])].flatMap(schedulesOf);
  const after = new Set(next.flatMap(schedulesOf).map(({ scheduleId }) => scheduleId));
  const stale = before.filter(({ scheduleId }) => !after.has(scheduleId));
  return useClient(async (client) => {
    const changes = [...(await reconcileSchedules(client, scheduled.map(asScheduled)))];
    for (const { name } of gone) changes.push(...(await retireSchedules(client, name)));
    const done = new Set(changes.map(({ scheduleId }) => scheduleId));
    for (const one of stale.filter(({ scheduleId }) => !done.has(scheduleId))) {
      if (await deleteSchedule(client, one.scheduleId)) changes.push({ ...one, change: 'deleted' });
    }
    return changes.filter(({ change }) => change !== 'unchanged');
  });
}

/**
 * Makes those schedules of unchanged pipelines again that Temporal lacks: its database was lost, or
 * another cluster is asked now. One list tells for all of them; it lags behind, so what it lacks is
 * looked at singly.
 */
async function restoreSchedules({
  comparison: { unchanged },
  registered,
  useClient,
}: RegisterOptions): Promise<readonly ScheduleChange[]> {
  const declared = unchanged.flatMap(({ name }) => registered.get(name) ?? []).filter(hasTimes);
  if (declared.length === 0) return [];
  return useClient(async (client) => {
    const there = new Set((await ourSchedules(client)).map(({ scheduleId }) => scheduleId));
    const lacking = declared.filter((one) =>
      schedulesOf(one).some(({ scheduleId }) => !there.has(scheduleId)),
    );
    if (lacking.length === 0) return [];
    const changes = await reconcileSchedules(client, lacking.map(asScheduled));
    return changes.filter(({ change }) => change !== 'unchanged');
  });
}

const schedulesOf = ({ name, triggers }: Registration) =>
  scheduleIdsOf(name, triggers).map((scheduleId) => ({ scheduleId, pipeline: name }));

/** By its name: the server's list may not have one yet that was made a moment ago. */
async function deleteSchedule(client: Client, scheduleId: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(scheduleId).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

const asScheduled = ({ name, triggers, file, commit, text, pipelines = {} }: Registration) => ({
  name,
  triggers,
  file,
  commit: commit ?? undefined,
  planFor: (params: Readonly<Record<string, Json>>) =>
    planWith(
      { text, label: labelOf(commit, file), load: loadRegistered(pipelines, commit) },
      params,
    ),
});

const loadRegistered = (
  pipelines: NonNullable<Registration['pipelines']>,
  commit: string | null,
): LoadPipeline =>
  loadFromTexts(
    Object.fromEntries(Object.entries(pipelines).map(([path, { text }]) => [path, text])),
    commit,
  );
