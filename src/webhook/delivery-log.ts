/**
 * What was accepted, durably: one JSON file a delivery in `.modelwright/webhook/deliveries`.
 *
 *   accepted ─→ done      synchronised; the same delivery again is a replay
 *       │
 *       └────→ failed     for good; the same delivery again is tried again
 *
 * A process that dies leaves `accepted` ones behind, which the next start does again.
 */
import { readFile, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { createFileAtomic, ensureFolder, writeFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { safeName } from '../artifacts/state-folder.ts';
import type { ErrorCode } from '../errors.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Provider } from './provider.ts';

export interface DeliveryRecord {
  /** The provider's id, or the digest of the body where it sent none. */
  readonly id: string;
  readonly provider: Provider;
  /** As `AllowedRepository.shown`. */
  readonly repository: string;
  readonly ref: string;
  readonly commit: string | null;
  /** ISO 8601, UTC. */
  readonly acceptedAt: string;
  readonly state: 'accepted' | 'done' | 'failed';
  readonly finishedAt?: string;
  /** What the synchronisation said. */
  readonly outcome?: Json;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** What became of telling the provider; absent where it was not to be told. */
  readonly status?: Json;
}

/** How long a delivery is remembered; providers offer redelivery for days. */
const REMEMBERED_MS = 30 * 24 * 3_600_000;

export class DeliveryLog {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens the log and forgets what is older than 30 days. @throws PipelineError `STORE_UNWRITABLE` */
  static async open(stateFolder: string, nowMs: number): Promise<DeliveryLog> {
    const folder = path.join(stateFolder, 'webhook', 'deliveries');
    await ensureFolder(folder);
    const log = new DeliveryLog(folder);
    for (const { record, file } of await log.all()) {
      const old = nowMs - Date.parse(record.acceptedAt) > REMEMBERED_MS;
      if (old && record.state !== 'accepted') await unlink(file);
    }
    return log;
  }

  /**
   * Remembers a delivery; durable once the promise resolves.
   *
   * @returns `false` for a replay: it is being worked on, or done.
   */
  async accept(record: DeliveryRecord): Promise<boolean> {
    const file = this.fileOf(record);
    if (await createFileAtomic(file, encode(record))) return true;
    if ((await readRecord(file)).state !== 'failed') return false;
    await writeFileAtomic(file, encode(record));
    return true;
  }

  async save(record: DeliveryRecord): Promise<void> {
    await writeFileAtomic(this.fileOf(record), encode(record));
  }

  /** Accepted and not finished, the oldest first. */
  async unfinished(): Promise<DeliveryRecord[]> {
    return (await this.all())
      .map(({ record }) => record)
      .filter(({ state }) => state === 'accepted')
      .sort((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
  }

  private async all(): Promise<{ record: DeliveryRecord; file: string }[]> {
    const found = [];
    for (const name of await readdir(this.folder)) {
      if (name.startsWith('.') || !name.endsWith('.json')) continue;
      const file = path.join(this.folder, name);
      found.push({ record: await readRecord(file), file });
    }
    return found;
  }

  private fileOf({ provider, id }: DeliveryRecord): string {
    return path.join(this.folder, `${safeName(`${provider}-${id}`)}.json`);
  }
}

const encode = (record: DeliveryRecord) => Buffer.from(`${JSON.stringify(record)}\n`);

async function readRecord(file: string): Promise<DeliveryRecord> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<DeliveryRecord> | null;
    const texts = [value?.id, value?.provider, value?.repository, value?.ref, value?.acceptedAt];
    const whole = texts.every((text) => typeof text === 'string');
    if (whole && ['accepted', 'done', 'failed'].includes(value?.state ?? '')) {
      return value as DeliveryRecord;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unreadable(file, error);
  }
  throw unreadable(file);
}

function unreadable(file: string, cause?: unknown): PipelineError {
  const why = errnoOf(cause) ?? 'damaged';
  return new PipelineError('ARTIFACT_CORRUPT', `the delivery record ${file} is ${why}`, {
    remedy: 'delete the file, and have the delivery sent again',
    cause,
  });
}
