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

/** 64 MiB: files of one batch are in memory together. */
const BATCH_BYTES = 2 ** 26;

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
  const keptOf = (blob: string) => path.join(stateFolder, 'checkouts', 'blobs', blob);
  const wanted: [target: string, blob: string][] = [];
  const unwritten = new Set<string>();
  for (const [file, blob] of Object.entries(data)) {
    const target = path.join(folder, file);
    if (await exists(target)) continue;
    wanted.push([target, blob]);
    if (!(await exists(keptOf(blob)))) unwritten.add(blob);
  }
  await writeBlobs(repository, [...unwritten], keptOf);
  for (const [target, blob] of wanted) await linkInto(keptOf(blob), target);
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

async function writeBlobs(
  repository: Repository,
  blobs: readonly string[],
  keptOf: (blob: string) => string,
): Promise<void> {
  const sizes = await blobSizes(repository, blobs);
  for (const [blob, size] of sizes) {
    if (size <= MAX_CHECKED_OUT_BYTES) continue;
    throw new PipelineError('DATA_TOO_LARGE', `the blob ${blob} has ${size} bytes`, {
      remedy: `at most ${MAX_CHECKED_OUT_BYTES} are taken from git; keep it in the project folder`,
    });
  }
  const missing = blobs.find((blob) => !sizes.has(blob));
  if (missing !== undefined) {
    throw new PipelineError('GIT_FAILED', `${repository.name} lacks the blob ${missing}`);
  }
  for (const batch of batchesOf(sizes)) {
    for (const [blob, bytes] of await readBlobs(repository, batch)) {
      const kept = keptOf(blob);
      await createFileAtomic(kept, bytes);
      // Every commit that has it shares the file: nobody may write into it.
      await chmod(kept, 0o444);
    }
  }
}

/** A source may be thousands of files: a process for each would take minutes, all at once the memory. */
function* batchesOf(sizes: ReadonlyMap<string, number>): Generator<ReadonlyMap<string, number>> {
  let batch = new Map<string, number>();
  let bytes = 0;
  for (const [blob, size] of sizes) {
    if (bytes + size > BATCH_BYTES && batch.size > 0) {
      yield batch;
      batch = new Map();
      bytes = 0;
    }
    batch.set(blob, size);
    bytes += size;
  }
  if (batch.size > 0) yield batch;
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
