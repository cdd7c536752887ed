/**
 * An append-only list of JSON entries in a folder: `1.json`, `2.json`, … without gaps.
 *
 * Appending is a compare-and-swap without a lock: who wants number n has read 1 to n − 1, and
 * creates `n.json` exclusively. Whoever loses reads n and goes on. A process that dies anywhere
 * leaves a whole entry or none, and nothing that another would have to wait for.
 */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, isJsonObject, type Json } from '../json.ts';

export interface NumberedEntry<T> {
  /** From 1. */
  readonly number: number;
  readonly value: T;
}

export interface AppendOnce<T> {
  /** The entry that an earlier call of the same origin left. */
  readonly isMine: (value: T) => boolean;
  /** Makes the entry; called again with more entries each time another writer is faster. */
  readonly make: (before: readonly NumberedEntry<T>[]) => T;
}

/**
 * Appends an entry unless one of the same origin is there already, and returns that one.
 *
 * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`; `ARTIFACT_CORRUPT` if an entry is damaged.
 */
export async function appendOnce<T>(
  folder: string,
  { isMine, make }: AppendOnce<T>,
): Promise<NumberedEntry<T>> {
  const entries = await readEntries<T>(folder);
  for (;;) {
    const mine = entries.find(({ value }) => isMine(value));
    if (mine !== undefined) return mine;
    const number = entries.length + 1;
    const value = make(entries);
    const text = `${canonicalJson(value as Json)}\n`;
    if (await createFileAtomic(entryFile(folder, number), Buffer.from(text))) {
      return { number, value };
    }
    entries.push({ number, value: await readEntry<T>(folder, number) });
  }
}

/** All entries, in order. A folder that does not exist holds none. */
export async function readEntries<T>(folder: string): Promise<NumberedEntry<T>[]> {
  const count = await countEntries(folder);
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  return Promise.all(
    numbers.map(async (number) => ({ number, value: await readEntry<T>(folder, number) })),
  );
}

async function countEntries(folder: string): Promise<number> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
  const numbers = names.flatMap((name) => Number(/^([1-9]\d*)\.json$/.exec(name)?.[1] ?? []));
  return Math.max(0, ...numbers);
}

async function readEntry<T>(folder: string, number: number): Promise<T> {
  const file = entryFile(folder, number);
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Json;
    if (isJsonObject(value)) return value as T;
  } catch (error) {
    throw damaged(file, error);
  }
  throw damaged(file);
}

function damaged(file: string, cause?: unknown): PipelineError {
  const missing = errnoOf(cause) === 'ENOENT';
  return new PipelineError(
    'ARTIFACT_CORRUPT',
    `the registry entry ${file} is ${missing ? 'missing' : 'damaged'}`,
    { remedy: 'restore the file from a backup: entries are numbered without gaps', cause },
  );
}

function entryFile(folder: string, number: number): string {
  return path.join(folder, `${number}.json`);
}
