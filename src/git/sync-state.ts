/**
 * What is known of a repository: `.modelwright/git/<repository>.json`.
 *
 * Written after everything else of a sync: one that was cut off is done again, and since runs and
 * registrations are idempotent, doing it again does no harm.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { safeName } from '../artifacts/state-folder.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import type { PipelineFacts } from './pipeline-file.ts';

export interface SyncedRef {
  readonly commit: string | null;
  /** The plan that each good pipeline had, by name. */
  readonly plans: Readonly<Record<string, string | null>>;
}

export interface SyncState {
  /** Of this file and of the program: another version may find other faults. */
  readonly version: string;
  readonly refs: Readonly<Record<string, SyncedRef>>;
  /** Good pipeline files by blob id. Broken ones are read again, to name their faults. */
  readonly blobs: Readonly<Record<string, PipelineFacts>>;
}

const PACKAGE = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
const VERSION = `2 ${version}`;

const fileOf = (stateFolder: string, repository: string) =>
  path.join(stateFolder, 'git', `${safeName(repository)}.json`);

export async function readSyncState(stateFolder: string, repository: string): Promise<SyncState> {
  const found = await readJsonFile<SyncState>(fileOf(stateFolder, repository));
  if (found?.version === VERSION) return found;
  return { version: VERSION, refs: found?.refs ?? {}, blobs: {} };
}

export async function saveSyncState(
  stateFolder: string,
  repository: string,
  state: SyncState,
): Promise<void> {
  await writeJsonFile(fileOf(stateFolder, repository), state);
}
