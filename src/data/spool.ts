/** Bytes on their way to the store: in memory while they are few, in a file where they are many. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { writeFailure } from '../artifacts/atomic-file.ts';

const MEMORY_BYTES = 2 ** 25;
const PIECE_BYTES = 2 ** 20;

export interface SpoolOptions {
  /** Of the file; made where it is missing. */
  readonly folder: string;
  /** @default 32 MiB */
  readonly memoryBytes?: number | undefined;
}

export class Spool {
  readonly #options: SpoolOptions;
  readonly #file: string;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #handle: FileHandle | null = null;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#file = path.join(
      options.folder,
      `spool-${process.pid}-${randomBytes(8).toString('hex')}`,
    );
  }

  /** @param bytes  not to be changed later. @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE` */
  async append(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#bytes > (this.#options.memoryBytes ?? MEMORY_BYTES)) await this.#flush();
  }

  /** @throws PipelineError as `append` and the store. */
  async store(store: ArtifactStore, mediaType: string): Promise<ArtifactRef> {
    if (this.#handle === null) return store.put(Buffer.concat(this.#pieces), mediaType);
    await this.#flush();
    return store.putStream(this.#read(this.#handle), mediaType);
  }

  /** Forgets all, and removes the file. */
  async close(): Promise<void> {
    this.#pieces = [];
    await this.#handle?.close();
    await rm(this.#file, { force: true });
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    try {
      await mkdir(this.#options.folder, { recursive: true });
      this.#handle ??= await open(this.#file, 'wx+', 0o600);
      for (const piece of pieces) await this.#handle.writeFile(piece);
    } catch (error) {
      throw writeFailure(this.#file, error);
    }
  }

  async *#read(handle: FileHandle): AsyncGenerator<Uint8Array> {
    for (let position = 0; ;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await handle.read(piece, 0, PIECE_BYTES, position);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
      position += bytesRead;
    }
  }
}
