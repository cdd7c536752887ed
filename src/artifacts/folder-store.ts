/**
 * The content-addressed store in a folder:
 *
 *     sha256/ab/<64 hex>   objects, named by the digest of their bytes, never changed
 *     tmp/                 objects being written
 *     quarantine/          objects whose bytes no longer had their digest
 *
 * Any number of processes may use one folder at once.
 */
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { ArtifactFile, ArtifactRef, ArtifactStore } from './artifact.ts';
import { artifactRef, digestOf, sha256Hex } from './artifact-uri.ts';
import {
  ensureFolder,
  isTempName,
  syncFolder,
  writeFailure,
  writeFileAtomic,
  writeStreamAtomic,
} from './atomic-file.ts';
import { errnoOf, nodeFileSystem, type FileSystem, type OpenFile } from './file-system.ts';
import { artifactFile, digestOfFile, unreadable } from './verified-file.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface FolderStoreOptions {
  /** @default Node's */
  readonly fs?: FileSystem | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens a store, making its folders where they are missing, and sweeps what crashed writers left
 * more than a day ago.
 *
 * @throws PipelineError `STORE_UNWRITABLE`, `DISK_FULL`
 */
export async function openFolderStore(
  root: string,
  options: FolderStoreOptions = {},
): Promise<ArtifactStore> {
  const store = new FolderStore(path.resolve(root), options.fs ?? nodeFileSystem);
  await store.prepare((options.now ?? Date.now)());
  return store;
}

class FolderStore implements ArtifactStore {
  readonly #fs: FileSystem;
  readonly #objects: string;
  readonly #temp: string;
  readonly #quarantine: string;

  constructor(root: string, fs: FileSystem) {
    this.#fs = fs;
    this.#objects = path.join(root, 'sha256');
    this.#temp = path.join(root, 'tmp');
    this.#quarantine = path.join(root, 'quarantine');
  }

  async prepare(nowMs: number): Promise<void> {
    try {
      await ensureFolder(this.#temp, this.#fs);
      await ensureFolder(this.#quarantine, this.#fs);
      await ensureFolder(this.#objects, this.#fs);
      await this.#makeShards();
      await this.#sweep(nowMs - DAY_MS);
    } catch (error) {
      throw writeFailure(this.#objects, error);
    }
  }

  async put(bytes: Uint8Array, mediaType: string): Promise<ArtifactRef> {
    const sha256 = sha256Hex(bytes);
    const file = this.#file(sha256);
    if ((await this.#size(file)) === bytes.length) {
      // Another process may have given the name a moment ago and not yet forced it to disk.
      await syncFolder(path.dirname(file), this.#fs).catch((error: unknown) => {
        throw writeFailure(file, error);
      });
    } else {
      await writeFileAtomic(file, bytes, { tempFolder: this.#temp, fs: this.#fs });
    }
    return artifactRef(sha256, bytes.length, mediaType);
  }

  async putStream(chunks: AsyncIterable<Uint8Array>, mediaType: string): Promise<ArtifactRef> {
    const hash = createHash('sha256');
    let bytes = 0;
    let sha256 = '';
    const hashed = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        yield chunk;
      }
      sha256 = hash.digest('hex');
    };
    const options = { tempFolder: this.#temp, fs: this.#fs };
    await writeStreamAtomic(hashed(), () => this.#file(sha256), options);
    return artifactRef(sha256, bytes, mediaType);
  }

  async get(ref: ArtifactRef): Promise<Uint8Array> {
    const sha256 = digestOf(ref);
    const bytes = await this.#read(this.#file(sha256));
    if (bytes === null) throw notFound(ref);
    if (sha256Hex(bytes) !== sha256) return this.#quarantineObject(ref);
    requireLength(ref, bytes.length);
    return bytes;
  }

  async open(ref: ArtifactRef): Promise<ArtifactFile> {
    const sha256 = digestOf(ref);
    const file = await this.#openToRead(this.#file(sha256));
    if (file === null) throw notFound(ref);
    try {
      const found = await digestOfFile(file);
      if (found.sha256 === sha256) {
        requireLength(ref, found.bytes);
        return artifactFile(file, found);
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    // Throws, unless another process has mended the object since.
    await this.#quarantineObject(ref);
    return this.open(ref);
  }

  async putJson(value: unknown, mediaType: string): Promise<ArtifactRef> {
    let text: string | undefined;
    try {
      text = canonicalJson(value as Json);
    } catch (error) {
      throw new PipelineError('DATA_INVALID', `not JSON, cannot be stored as ${mediaType}`, {
        cause: error,
        remedy: `a figure is not finite (${error instanceof Error ? error.message : String(error)})`,
      });
    }
    if (text === undefined) {
      throw new PipelineError('INTERNAL', `${typeof value} is not JSON (${mediaType})`);
    }
    return this.put(Buffer.from(text), mediaType);
  }

  async getJson<T>(ref: ArtifactRef): Promise<T> {
    const bytes = await this.get(ref);
    try {
      return JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
    } catch (error) {
      throw new PipelineError('ARTIFACT_CORRUPT', `${ref.uri} (${ref.mediaType}) is not JSON`, {
        cause: error,
        remedy: 'the reference names the wrong artifact; run the step that made it again',
      });
    }
  }

  /**
   * Moves an object aside. Another process may have mended it since it was read, so what was
   * moved is looked at again, and put back if it is sound.
   */
  async #quarantineObject(ref: ArtifactRef): Promise<Uint8Array> {
    const { sha256 } = ref;
    const aside = path.join(this.#quarantine, `${sha256}-${randomBytes(4).toString('hex')}`);
    try {
      await this.#fs.rename(this.#file(sha256), aside);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw corrupt(ref, 'it could not be moved aside', error);
    }
    const moved = await this.#read(aside);
    if (moved !== null && sha256Hex(moved) === sha256) {
      await this.#fs.rename(aside, this.#file(sha256));
      return moved;
    }
    throw corrupt(ref, `it was moved to ${aside}`);
  }

  #read(file: string): Promise<Uint8Array | null> {
    return ifThere(file, () => this.#fs.readFile(file));
  }

  #openToRead(file: string): Promise<OpenFile | null> {
    return ifThere(file, () => this.#fs.open(file, 'r'));
  }

  async #size(file: string): Promise<number | null> {
    try {
      return (await this.#fs.stat(file)).size;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw writeFailure(file, error);
    }
  }

  #file(sha256: string): string {
    return path.join(this.#objects, sha256.slice(0, 2), sha256);
  }

  /**
   * Makes `00` to `ff` at once, so that no put depends on a folder name that is not on disk yet:
   * forcing a folder to disk does not force its parent.
   */
  async #makeShards(): Promise<void> {
    for (let shard = 0; shard < 256; shard += 1) {
      const name = shard.toString(16).padStart(2, '0');
      await this.#fs.mkdir(path.join(this.#objects, name), { recursive: true });
    }
    await syncFolder(this.#objects, this.#fs);
  }

  async #sweep(olderThanMs: number): Promise<void> {
    for (const name of (await this.#fs.readdir(this.#temp)).filter(isTempName)) {
      const file = path.join(this.#temp, name);
      try {
        if ((await this.#fs.stat(file)).mtimeMs < olderThanMs) await this.#fs.unlink(file);
      } catch (error) {
        // Another process swept it, or finished it.
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    }
  }
}

/** @returns `null` where there is no such file. */
async function ifThere<T>(file: string, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw unreadable(file, error);
  }
}

/** Of a sound object: a reference that says otherwise was made up or altered. */
function requireLength({ sha256, bytes }: ArtifactRef, found: number): void {
  if (bytes === found) return;
  throw new PipelineError(
    'ARTIFACT_CORRUPT',
    `the reference to ${sha256} says ${bytes} bytes, the object has ${found}`,
    { remedy: 'run the step that made the reference again', details: { sha256 } },
  );
}

function notFound(ref: ArtifactRef): PipelineError {
  return new PipelineError('ARTIFACT_NOT_FOUND', `no artifact ${ref.sha256} (${ref.mediaType})`, {
    remedy: 'look whether this is the store that the run wrote to, or run the step again',
    details: { sha256: ref.sha256 },
  });
}

function corrupt(ref: ArtifactRef, what: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'ARTIFACT_CORRUPT',
    `the bytes of artifact ${ref.sha256} (${ref.mediaType}) changed on disk; ${what}`,
    {
      remedy: 'run the step that made it again, and check the disk',
      details: { sha256: ref.sha256 },
      cause,
    },
  );
}
