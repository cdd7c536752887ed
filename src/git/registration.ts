/** Registered pipelines: `.modelwright/pipelines/<name>.json`, one file each. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isTempName } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { safeName } from '../artifacts/state-folder.ts';
import type { Triggers } from '../spec/spec.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';

export interface RegisteredVersion {
  /** `null` for a folder without git. */
  readonly commit: string | null;
  /** In the repository. */
  readonly file: string;
  readonly planDigest: string | null;
  /** ISO 8601. */
  readonly registeredAt: string;
}

export interface Registration extends RegisteredVersion {
  readonly version: 1;
  readonly name: string;
  /** Without credentials; a path for a folder. */
  readonly repository: string;
  /** `refs/heads/main`; `null` for a folder. */
  readonly ref: string | null;
  /** Of the file; of a folder's file its SHA-256. */
  readonly blob: string;
  /** The pipeline file. */
  readonly text: string;
  readonly triggers: Triggers;
  /** Blob ids of the data files that its plans read, by path. */
  readonly data: Readonly<Record<string, string>>;
  /** The pipelines that it runs, by path; none in registrations of versions that had no such. */
  readonly pipelines?: Readonly<Record<string, { readonly blob: string; readonly text: string }>>;
  /** When the file was deleted; its schedules are then retired. */
  readonly retiredAt?: string | undefined;
  /** Earlier versions, the newest first, also under other file names. */
  readonly history: readonly RegisteredVersion[];
}

const folderOf = (stateFolder: string) => path.join(stateFolder, 'pipelines');
const MOST_HISTORY = 100;
const AT_ONCE = 16;

/** All of them, also retired ones, by name. */
export async function readRegistrations(
  stateFolder: string,
): Promise<ReadonlyMap<string, Registration>> {
  const folder = folderOf(stateFolder);
  const names = (await listOrNone(folder)).filter(
    (name) => name.endsWith('.json') && !isTempName(name),
  );
  const found = await Promise.all(
    names.map((name) => readJsonFile<Registration>(path.join(folder, name))),
  );
  return new Map(found.flatMap((one) => (one ? [[one.name, one] as const] : [])));
}

async function listOrNone(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Writes them, some at once: each is forced to disk. */
export async function saveRegistrations(
  stateFolder: string,
  registrations: readonly Registration[],
): Promise<void> {
  const queue = [...registrations];
  const work = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const file = path.join(folderOf(stateFolder), `${safeName(next.name)}.json`);
      await writeJsonFile(file, next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** A new version, with the earlier one put before its history. */
export function succeed(
  before: Registration | undefined,
  next: Omit<Registration, 'version' | 'history' | 'retiredAt'>,
): Registration {
  const { commit, file, planDigest, registeredAt } = before ?? next;
  const earlier = before ? [{ commit, file, planDigest, registeredAt }, ...before.history] : [];
  return { version: 1, ...next, history: earlier.slice(0, MOST_HISTORY) };
}
