/**
 * The kept results of a project:
 *
 *     cache/ab/<64 hex>.json           entries, by key; the time of the file is that of the last use
 *     cache/latest/<pipeline>/<step>   the key that a step of a pipeline had last, to compare with
 *
 * Any number of processes may use it at once: a file is old or new, and two that keep the same key
 * keep results that are worth the same.
 */
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { isTempName, writeFileAtomic } from '../../artifacts/atomic-file.ts';
import { errnoOf } from '../../artifacts/file-system.ts';
import { readIfThere } from '../../artifacts/read-if-there.ts';
import { cacheFolder, safeName } from '../../artifacts/state-folder.ts';
import { decodeEntry, encodeEntry, type CacheEntry } from './cache-entry.ts';
import { keyOf } from './cache-key.ts';

export interface StepOfPipeline {
  readonly pipeline: string;
  /** Id of the step or of an instance of it. */
  readonly step: string;
}

export interface ListedEntry {
  readonly key: string;
  readonly file: string;
  readonly bytes: number;
  /** Milliseconds since 1970: when it was kept, or last taken. */
  readonly usedAtMs: number;
  /** What is wrong with it, in words, where it is no whole entry. */
  readonly entry: CacheEntry | string;
}

/** Outputs are at most 32 KB; more is no entry. */
const MAX_ENTRY_BYTES = 1024 * 1024;
const ENTRY_NAME = /^[0-9a-f]{64}\.json$/;

export class CacheFolder {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = cacheFolder(stateFolder);
  }

  /** @returns `null` if there is none; what is wrong with it, where it is no whole entry. */
  async read(key: string): Promise<CacheEntry | string | null> {
    return readEntry(this.#fileOf(key), key);
  }

  /** @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE` */
  async keep(entry: CacheEntry): Promise<void> {
    const key = keyOf(entry.parts);
    await writeFileAtomic(this.#fileOf(key), Buffer.from(encodeEntry(entry)));
    await this.noteLatest(entry.madeBy, key);
  }

  /** Marks an entry as used now. One that was cleared meanwhile has served. */
  async touch(key: string, nowMs = Date.now()): Promise<void> {
    try {
      await utimes(this.#fileOf(key), nowMs / 1000, nowMs / 1000);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }

  /** The key that a step of a pipeline had last, in whichever run; `null` if none is known. */
  async latest(step: StepOfPipeline): Promise<string | null> {
    const text = await readIfThere(this.#latestFile(step));
    return text !== null && /^[0-9a-f]{64}$/.test(text) ? text : null;
  }

  async noteLatest(step: StepOfPipeline, key: string): Promise<void> {
    if ((await this.latest(step)) === key) return;
    await writeFileAtomic(this.#latestFile(step), Buffer.from(key));
  }

  /** Every entry, the last used first. */
  async list(): Promise<ListedEntry[]> {
    const listed: ListedEntry[] = [];
    for (const file of await this.#files()) {
      const key = path.basename(file, '.json');
      const found = await stat(file).catch(ignoreAbsent);
      const entry = await readEntry(file, key);
      if (!found || entry === null) continue;
      listed.push({ key, file, bytes: found.size, usedAtMs: found.mtimeMs, entry });
    }
    return listed.sort((a, b) => b.usedAtMs - a.usedAtMs);
  }

  /**
   * Removes entries; the artifacts that they name stay.
   *
   * @param usedBeforeMs  only those last used before; milliseconds since 1970. @default all
   * @returns how many.
   */
  async clear(usedBeforeMs = Infinity): Promise<number> {
    let removed = 0;
    for (const file of await this.#files()) {
      const found = await stat(file).catch(ignoreAbsent);
      if (!found || found.mtimeMs >= usedBeforeMs) continue;
      await rm(file, { force: true });
      removed += 1;
    }
    if (usedBeforeMs === Infinity) {
      await rm(path.join(this.#folder, 'latest'), { recursive: true, force: true });
    }
    return removed;
  }

  async #files(): Promise<string[]> {
    const names = (await readdir(this.#folder, { recursive: true }).catch(ignoreAbsent)) ?? [];
    return names
      .filter((name) => ENTRY_NAME.test(path.basename(name)) && !isTempName(path.basename(name)))
      .map((name) => path.join(this.#folder, name));
  }

  #fileOf(key: string): string {
    return path.join(this.#folder, key.slice(0, 2), `${key}.json`);
  }

  /** All items and iterations of a step share one: the last that ran. */
  #latestFile({ pipeline, step }: StepOfPipeline): string {
    const [id = step] = step.split('.');
    return path.join(this.#folder, 'latest', safeName(pipeline), safeName(id));
  }
}

async function readEntry(file: string, key: string): Promise<CacheEntry | string | null> {
  const found = await stat(file).catch(ignoreAbsent);
  if (!found) return null;
  if (found.size > MAX_ENTRY_BYTES) return `it has ${found.size} bytes`;
  const text = await readIfThere(file);
  return text === null ? null : decodeEntry(text, key);
}

function ignoreAbsent(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}
