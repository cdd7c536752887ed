/**
 * Keeps the local server at work: one that dies beneath a running `up` is started again at the
 * same address, so that workers and watchers find it by reconnecting.
 */
import type { Durability, LocalServer } from './local-server.ts';
import { ensureLocalServer } from './local-server.ts';
import { isAlive } from './server-process.ts';

const LOOK_EVERY_MS = 500;

export interface KeepOptions {
  readonly durability?: Durability;
  readonly port?: number;
  /** Says what happened; nothing of it stops the work. */
  readonly note: (text: string) => void;
}

/** @throws PipelineError as `ensureLocalServer`, at the first start. */
export async function keepLocalServer(
  stateFolder: string,
  { note, ...options }: KeepOptions,
): Promise<LocalServer> {
  const first = await ensureLocalServer(stateFolder, options);
  const port = Number(first.settings.address.split(':')[1]);
  let current = first;
  let restarting: Promise<void> | null = null;
  const restart = async () => {
    try {
      current = await ensureLocalServer(stateFolder, { ...options, port });
      note('the Temporal server died and was started again; the runs go on');
    } catch (error) {
      note(`the Temporal server died: ${(error as Error).message}; trying again`);
    }
  };
  const watch = setInterval(() => {
    if (restarting || isAlive(current.pid)) return;
    restarting = restart().finally(() => {
      restarting = null;
    });
  }, LOOK_EVERY_MS);
  return {
    ...first,
    stop: async () => {
      clearInterval(watch);
      await restarting;
      await current.stop();
    },
  };
}
