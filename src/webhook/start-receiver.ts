/** A receiver with everything behind it: the log, the queue, the server. */
import type { AddressInfo } from 'node:net';
import { PipelineError } from '../errors.ts';
import type { AllowedRepository } from './allowed-repositories.ts';
import type { StatusReporter } from './commit-status.ts';
import { DeliveryLog, type DeliveryRecord } from './delivery-log.ts';
import { finishDeliveries, reportPending, type SyncOutcome } from './finish-deliveries.ts';
import { isLoopback } from '../net/loopback.ts';
import type { Provider } from './provider.ts';
import type { AccessLine } from './receiver.ts';
import { createReceiver } from './receiver.ts';
import { SyncQueue } from './sync-queue.ts';

/** One synchronisation that is due. */
export interface SyncRequest {
  readonly repository: AllowedRepository;
  readonly delivery: DeliveryRecord;
}

export interface StartOptions {
  readonly stateFolder: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly secrets: readonly string[];
  readonly repositories: readonly AllowedRepository[];
  readonly providers: readonly Provider[];
  /** Must be idempotent: after a crash it is called again for the same delivery. */
  readonly sync: (request: SyncRequest) => Promise<SyncOutcome>;
  readonly reporter?: StatusReporter | undefined;
  readonly access: (line: AccessLine) => void;
  readonly note: (text: string) => void;
  readonly timeouts?: { readonly headersMs: number; readonly requestMs: number } | undefined;
  /** See `SyncQueue`. */
  readonly retryMs?: number | undefined;
}

export interface RunningReceiver {
  /** `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Resolves when every accepted delivery is finished. */
  idle(): Promise<void>;
  /** Takes nothing more, finishes what runs, leaves the rest on disk for the next start. */
  stop(): Promise<void>;
}

/**
 * @throws PipelineError `USAGE` for a public address without a secret, or one that is taken;
 * `STORE_UNWRITABLE`, `ARTIFACT_CORRUPT`.
 */
export async function startReceiver(options: StartOptions): Promise<RunningReceiver> {
  const { stateFolder, repositories, note } = options;
  requireSecretInPublic(options);
  const log = await DeliveryLog.open(stateFolder, Date.now());
  const finish = { log, repositories, reporter: options.reporter, note };
  const queue = new SyncQueue<SyncOutcome>({
    sync: async (delivery, attempt) => {
      const repository = repositories.find(({ shown }) => shown === delivery.repository);
      if (!repository) throw noLongerServed(delivery);
      const [outcome] = await settleBoth(
        options.sync({ repository, delivery }),
        attempt === 1 ? reportPending(delivery, finish) : undefined,
      );
      return outcome;
    },
    finish: (batch, ended) => finishDeliveries(batch, ended, finish),
    note,
    retryMs: options.retryMs,
  });
  const app = createReceiver({ ...options, log, accepted: (delivery) => queue.add(delivery) });
  const unfinished = await log.unfinished();
  await listen(app, options);
  for (const delivery of unfinished) {
    note(`delivery ${delivery.id}: accepted before and not finished: done now`);
    queue.add(delivery);
  }
  const { port } = app.server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    idle: () => queue.idle(),
    stop: async () => {
      await app.close();
      await queue.stop();
    },
  };
}

/** The status `pending` must be sent before the last one, and must not hold up the work. */
async function settleBoth<A, B>(
  work: Promise<A>,
  beside: Promise<B> | undefined,
): Promise<[A, B | undefined]> {
  const [done, told] = await Promise.allSettled([work, beside]);
  if (done.status === 'rejected') throw done.reason;
  if (told.status === 'rejected') throw told.reason;
  return [done.value, told.value];
}

async function listen(
  app: ReturnType<typeof createReceiver>,
  { host, port }: StartOptions,
): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const why = (error as { code?: string }).code ?? String(error);
    throw new PipelineError('USAGE', `cannot listen on ${host}:${port} (${why})`, {
      remedy: 'name another --host or --port',
      cause: error,
    });
  }
}

function requireSecretInPublic({ host, secrets }: StartOptions): void {
  if (secrets.length > 0 || isLoopback(host)) return;
  throw new PipelineError(
    'USAGE',
    `${host} can be reached from other machines, and there is no secret: anyone could deliver`,
    { remedy: 'name the variable that holds the secret with --secret-env, or bind to 127.0.0.1' },
  );
}

function noLongerServed({ repository }: DeliveryRecord): PipelineError {
  return new PipelineError(
    'WEBHOOK_UNKNOWN_REPOSITORY',
    `${repository} is no longer a repository of this receiver`,
    { remedy: 'name it with --repo, and have the delivery sent again' },
  );
}
