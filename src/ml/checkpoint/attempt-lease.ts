/** Which attempt of a step may write: the latest. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createFileAtomic } from '../../artifacts/atomic-file.ts';
import { PipelineError } from '../../errors.ts';

const LEASE = /^lease-(\d+)$/;

/**
 * Each attempt leaves a file with its number, and the highest holds the lease. Nothing is ever
 * overwritten, so an attempt that was frozen while it took its lease cannot take it back from a
 * later one.
 */
export class AttemptLease {
  readonly #folder: string;
  readonly #attempt: number;

  private constructor(folder: string, attempt: number) {
    this.#folder = folder;
    this.#attempt = attempt;
  }

  /**
   * @param folder   of the step, the same for all attempts; made on demand.
   * @param attempt  from 1.
   * @throws PipelineError `ATTEMPT_SUPERSEDED` if a later attempt has begun.
   */
  static async take(folder: string, attempt: number): Promise<AttemptLease> {
    await createFileAtomic(path.join(folder, `lease-${attempt}`), new Uint8Array());
    const lease = new AttemptLease(folder, attempt);
    await lease.check();
    return lease;
  }

  /** @throws PipelineError `ATTEMPT_SUPERSEDED` if a later attempt has begun. */
  async check(): Promise<void> {
    const names = await readdir(this.#folder);
    const attempts = names.map((name) => Number(LEASE.exec(name)?.[1] ?? 0));
    const latest = Math.max(...attempts);
    if (latest <= this.#attempt) return;
    throw new PipelineError(
      'ATTEMPT_SUPERSEDED',
      `Attempt ${this.#attempt} stops: attempt ${latest} has taken over`,
    );
  }
}
