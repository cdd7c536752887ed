/**
 * Takes a branch or tag of a repository: registers its good pipelines, reports the broken ones,
 * retires what was deleted, and runs what the push asks for.
 *
 * Safe to cut off and to repeat at any point: a run's id names its commit and plan, registrations
 * are replaced whole, and the state that the next sync compares with is written last.
 */
import type { Client } from '@temporalio/client';
import { PipelineError } from '../errors.ts';
import { readCatalogue, type Catalogue, type FoundPipeline } from './catalogue.ts';
import { compareWithRegistered, type Comparison } from './compare.ts';
import { withoutCredentials } from './git-command.ts';
import { materialiseSources } from './materialise-sources.ts';
import { pipelinesToRun } from './push-filter.ts';
import { register, type UseClient } from './register.ts';
import { baselineOf, takeSnapshot, yieldingRefs } from './snapshot.ts';
import type { Snapshot, SyncOptions } from './snapshot.ts';
import { startPushRuns } from './start-push-runs.ts';
import { withSyncLock } from './sync-lock.ts';
import { asReported, reportedBroken, reportedChange, writeSyncRecord } from './sync-report.ts';
import type { SyncReport } from './sync-report.ts';
import { saveSyncState } from './sync-state.ts';

/**
 * Syncs one ref. A ref that was synced before and is gone now retires what it had registered.
 *
 * A record is written under `.modelwright/git/syncs` whatever happens.
 *
 * @returns what was done; broken pipelines are in it, and did not keep the others from anything.
 * @throws PipelineError `GIT_*`, `TEMPORAL_UNREACHABLE`, `STORE_UNWRITABLE`, `DISK_FULL`
 */
export async function syncRepository(client: Client, options: SyncOptions): Promise<SyncReport> {
  const { stateFolder } = options;
  try {
    const report = await withSyncLock(stateFolder, () => sync(client, options));
    await writeSyncRecord(stateFolder, report);
    return report;
  } catch (error) {
    if (error instanceof PipelineError) {
      await writeSyncRecord(stateFolder, {
        repository: withoutCredentials(options.repository),
        ref: options.ref ?? null,
        error: asReported(error),
        finishedAt: new Date().toISOString(),
      });
    }
    throw error;
  }
}

async function sync(client: Client, options: SyncOptions): Promise<SyncReport> {
  const { stateFolder, takeOver = false } = options;
  const snapshot = await takeSnapshot(options);
  const { source, ref, state, registered } = snapshot;
  const catalogue = await readCatalogue(source, state.blobs);
  const yields = await yieldingRefs(snapshot);
  const comparison = compareWithRegistered({ source, catalogue, registered, yields, takeOver });
  const { registering, unchanged, elsewhere } = comparison;
  const fresh = registering.map(({ pipeline }) => pipeline);
  const all = [...fresh, ...unchanged, ...elsewhere];
  const chosen = await pipelinesToRun(all, ref, baselineOf(snapshot));
  await checkOut(snapshot, stateFolder, [...fresh, ...chosen]);
  const useClient: UseClient = (perform) => perform(client);
  const schedules = await register({ stateFolder, source, comparison, registered, useClient });
  const runs = await startPushRuns(client, snapshot, chosen);
  await remember(stateFolder, snapshot, catalogue, all);
  return reportOf(snapshot, comparison, { runs, schedules });
}

/** Before anything is registered or started: both may read the data at once. */
async function checkOut(
  { repository, commit }: Snapshot,
  stateFolder: string,
  pipelines: readonly FoundPipeline[],
): Promise<void> {
  if (commit === null) return;
  const data = Object.assign({}, ...pipelines.map((one) => one.data)) as FoundPipeline['data'];
  await materialiseSources(repository, { stateFolder, commit, data });
}

/** Facts of more blobs than this are of branches long gone. */
const MOST_BLOBS = 20_000;

async function remember(
  stateFolder: string,
  { repository, ref, commit, state }: Snapshot,
  { broken, facts }: Catalogue,
  good: readonly FoundPipeline[],
): Promise<void> {
  // A broken pipeline keeps its last good plan: mended back to that, it is not run again.
  const before = state.refs[ref]?.plans ?? {};
  const kept = broken.flatMap(({ name }) =>
    name !== null && Object.hasOwn(before, name) ? [[name, before[name] ?? null] as const] : [],
  );
  const plans = Object.fromEntries([
    ...kept,
    ...good.map(({ name, planDigest }) => [name, planDigest] as const),
  ]);
  const { [ref]: _, ...others } = state.refs;
  const known = Object.keys(state.blobs).length > MOST_BLOBS ? {} : state.blobs;
  await saveSyncState(stateFolder, repository.name, {
    version: state.version,
    refs: commit === null ? others : { ...others, [ref]: { commit, plans } },
    blobs: { ...known, ...Object.fromEntries(facts) },
  });
}

function reportOf(
  { repository, ref, commit, info, state }: Snapshot,
  comparison: Comparison,
  done: Pick<SyncReport, 'runs' | 'schedules'>,
): SyncReport {
  return {
    repository: repository.name,
    ref,
    commit,
    previousCommit: state.refs[ref]?.commit ?? null,
    author: info?.author ?? null,
    subject: info?.subject ?? null,
    registered: comparison.registering.map(reportedChange),
    unchanged: comparison.unchanged.length,
    elsewhere: comparison.elsewhere.map(({ name }) => name),
    retired: comparison.retiring.map(({ name }) => name),
    broken: reportedBroken(comparison.broken),
    ...done,
    finishedAt: new Date().toISOString(),
  };
}
