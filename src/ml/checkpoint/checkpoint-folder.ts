/** The checkpoints of one job on disk: the newest, and the one before in case it is torn. */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../artifacts/atomic-file.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import {
  checkpointDigest,
  decodeCheckpoint,
  encodeCheckpoint,
  type Checkpoint,
} from './checkpoint-file.ts';

const GENERATIONS = 2;
const NAME = /^checkpoint-(\d+)$/;

export interface FoundCheckpoint {
  /** `null` if there is none of use. */
  readonly checkpoint: Checkpoint | null;
  /** Why others were passed over, for the log. */
  readonly problems: readonly string[];
}

/**
 * Files are named by the optimizer step. Two attempts that come to the same step write the same
 * state, so even a write that outlives its attempt does no harm.
 */
export class CheckpointFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Durable once the promise resolves; older generations are then removed.
   *
   * @returns the digest, hexadecimal.
   * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`; older checkpoints are intact.
   */
  async write(checkpoint: Checkpoint, step: number): Promise<string> {
    const bytes = encodeCheckpoint(checkpoint);
    await writeFileAtomic(this.#file(step), bytes);
    const older = (await this.#steps()).filter((found) => found < step);
    for (const old of older.slice(GENERATIONS - 1)) await rm(this.#file(old), { force: true });
    return checkpointDigest(bytes);
  }

  /** The newest whole checkpoint of the job. */
  async readLatest(job: string): Promise<FoundCheckpoint> {
    const problems: string[] = [];
    for (const step of await this.#steps()) {
      try {
        const checkpoint = decodeCheckpoint(await readFile(this.#file(step)));
        if (checkpoint.job === job) return { checkpoint, problems };
        problems.push(`checkpoint ${step} is of another job: data, settings or backend changed`);
      } catch (error) {
        if (!isPipelineError(error)) throw unreadable(step, error);
        problems.push(`checkpoint ${step}: ${error.message}`);
      }
    }
    return { checkpoint: null, problems };
  }

  /** Removes every checkpoint, so that those of another job cannot outrank new ones. */
  async clear(): Promise<void> {
    for (const step of await this.#steps()) await rm(this.#file(step), { force: true });
  }

  #file(step: number): string {
    return path.join(this.#folder, `checkpoint-${String(step).padStart(12, '0')}`);
  }

  /** Newest first. */
  async #steps(): Promise<number[]> {
    const names = await readdir(this.#folder);
    return names
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  }
}

function unreadable(step: number, cause: unknown): PipelineError {
  return new PipelineError('STORE_UNWRITABLE', `Checkpoint ${step} cannot be opened`, {
    cause,
    remedy: 'see whether the disk is healthy and the folder readable',
  });
}
