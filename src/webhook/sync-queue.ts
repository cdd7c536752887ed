/**
 * Synchronisations, one at a time for each repository.
 *
 * A delivery that arrives while another of the same ref waits joins it: the synchronisation reads
 * what the ref holds when it runs. One that arrives while such a one runs waits for the next.
 * A failure that may pass (no Temporal server, a lost connection) is tried again for a day.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { isPipelineError, isRetryable } from '../errors.ts';
import type { DeliveryRecord } from './delivery-log.ts';

export interface QueueOptions<Outcome> {
  /** Called with the newest delivery of a batch; attempts count from 1. */
  readonly sync: (newest: DeliveryRecord, attempt: number) => Promise<Outcome>;
  /** Called once a batch is over; a rejection is given to `failed`. */
  readonly finish: (batch: readonly DeliveryRecord[], ended: Ended<Outcome>) => Promise<void>;
  /** Says what did not end the work: a retry, a record that could not be written. */
  readonly note: (text: string) => void;
  /** Wait before the second attempt, doubled after each up to a minute. @default 1000 */
  readonly retryMs?: number | undefined;
}

export type Ended<Outcome> = { readonly outcome: Outcome } | { readonly error: unknown };

const LONGEST_WAIT_MS = 60_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export class SyncQueue<Outcome> {
  private readonly options: QueueOptions<Outcome>;
  private readonly queues = new Map<string, PQueue>();
  /** Batches that have not begun, by repository and ref. */
  private readonly waiting = new Map<string, DeliveryRecord[]>();
  private readonly stopping = new AbortController();

  constructor(options: QueueOptions<Outcome>) {
    this.options = options;
  }

  add(delivery: DeliveryRecord): void {
    const key = `${delivery.repository}\n${delivery.ref}`;
    const batch = this.waiting.get(key);
    if (batch) {
      batch.push(delivery);
      return;
    }
    const started = [delivery];
    this.waiting.set(key, started);
    const work = this.queueOf(delivery.repository).add(async () => {
      this.waiting.delete(key);
      // What is left when the receiver stops is on disk, and done at the next start.
      if (!this.stopping.signal.aborted) await this.work(started);
    });
    work.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.options.note(`delivery ${delivery.id} will be done again at the next start: ${message}`);
    });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.onIdle()));
  }

  /** Lets what runs come to its end, and begins nothing more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.idle();
  }

  private queueOf(repository: string): PQueue {
    const known = this.queues.get(repository);
    if (known) return known;
    const queue = new PQueue({ concurrency: 1 });
    this.queues.set(repository, queue);
    return queue;
  }

  private async work(batch: readonly DeliveryRecord[]): Promise<void> {
    const newest = batch[batch.length - 1];
    if (newest === undefined) return;
    const { retryMs = 1_000, note, sync, finish } = this.options;
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    for (let attempt = 1; ; attempt++) {
      let ended: Ended<Outcome>;
      try {
        ended = { outcome: await sync(newest, attempt) };
      } catch (error) {
        ended = { error };
        if (isPipelineError(error) && isRetryable(error.code) && Date.now() < giveUpAt) {
          const waitMs = Math.min(retryMs * 2 ** (attempt - 1), LONGEST_WAIT_MS);
          note(
            `${newest.repository} ${newest.ref}: ${error.message} [${error.code}]; again in ${waitMs / 1000} s`,
          );
          if (await this.pause(waitMs)) continue;
          return;
        }
      }
      return finish(batch, ended);
    }
  }

  /** @returns `false` where the receiver stopped meanwhile */
  private async pause(waitMs: number): Promise<boolean> {
    const { signal } = this.stopping;
    // The timer rejects only when the signal aborts it.
    return sleep(waitMs, true, { signal }).catch(() => false);
  }
}
