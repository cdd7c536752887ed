/**
 * Puts the data files of a commit where its runs read them.
 *
 * Each blob is written once, under its id, and linked into the folder of every commit that has it.
 */
import { chmod, link, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  createFileAtomic,
  ensureFolder,
  syncFolder,
  writeFailure,
} from '../artifacts/atomic-file.ts';
import { checkoutFolder } from '../artifacts/checkout-folder.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';
import { blobSizes, readBlobs } from './objects.ts';
import type { Repository } from './repository.ts';

/** 256 MiB: they are read whole. */
export const MAX_CHECKED_OUT_BYTES = 2 ** 28;

export interface DataOfCommit {
  readonly stateFolder: string;
  readonly commit: string;
  /** Blob ids by path in the repository; plain paths without `..`. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Writes `.modelwright/checkouts/<commit>/<path>` for each data file. Doing it again changes nothing.
 *
 * @throws PipelineError `DATA_TOO_LARGE`, `DISK_FULL`, `STORE_UNWRITABLE`, `GIT_FAILED`
 */
export async function materialiseSources(
  repository: Repository,
  { stateFolder, commit, data }: DataOfCommit,
): Promise<void> {
  const folder = checkoutFolder(stateFolder, commit);
  for (const [file, blob] of Object.entries(data)) {
    const target = path.join(folder, file);
    if (await exists(target)) continue;
    const kept = path.join(stateFolder, 'checkouts', 'blobs', blob);
    if (!(await exists(kept))) await writeBlob(repository, blob, kept);
    await linkInto(kept, target);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

async function writeBlob(repository: Repository, blob: string, kept: string): Promise<void> {
  const sizes = await blobSizes(repository, [blob]);
  const size = sizes.get(blob) ?? 0;
  if (size > MAX_CHECKED_OUT_BYTES) {
    throw new PipelineError('DATA_TOO_LARGE', `the blob ${blob} has ${size} bytes`, {
      remedy: `at most ${MAX_CHECKED_OUT_BYTES} are taken from git; keep it in the project folder`,
    });
  }
  const bytes = (await readBlobs(repository, sizes)).get(blob);
  if (!bytes) throw new PipelineError('GIT_FAILED', `${repository.name} lacks the blob ${blob}`);
  await createFileAtomic(kept, bytes);
  // Every commit that has it shares the file: nobody may write into it.
  await chmod(kept, 0o444);
}

async function linkInto(kept: string, target: string): Promise<void> {
  try {
    await ensureFolder(path.dirname(target));
    await link(kept, target);
    await syncFolder(path.dirname(target));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw writeFailure(target, error);
  }
}
