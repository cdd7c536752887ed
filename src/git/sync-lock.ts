/** One sync at a time in a state folder: an older one must not finish after a newer one. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';
import { isAlive } from '../temporal/server-process.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

const WAIT_MS = 10 * 60_000;
const POLL_MS = 50;

/** Runs alone; waits for whoever is at it. @throws PipelineError `TIMEOUT` after ten minutes */
export async function withSyncLock<Result>(
  stateFolder: string,
  perform: () => Promise<Result>,
): Promise<Result> {
  const file = path.join(stateFolder, 'git', 'sync.lock');
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    token: randomBytes(8).toString('hex'),
  };
  const text = JSON.stringify(mine);
  const deadline = Date.now() + WAIT_MS;
  while (!(await createFileAtomic(file, Buffer.from(text)))) {
    await removeStale(file);
    if (Date.now() > deadline) {
      throw new PipelineError('TIMEOUT', `another sync has held ${file} for ten minutes`, {
        remedy: 'see what it is doing; if none runs, delete that file',
      });
    }
    await sleep(POLL_MS);
  }
  try {
    return await perform();
  } finally {
    await unlink(file);
  }
}

/** Takes away the lock of a process that died. */
async function removeStale(file: string): Promise<void> {
  const before = await readOrNull(file);
  if (before === null || !isStale(before)) return;
  // Of several that see it, one wins the rename; a lock that was new by then is put back.
  const aside = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== before) await createFileAtomic(file, Buffer.from(taken));
  await unlink(aside);
}

function isStale(text: string): boolean {
  const { pid, host } = JSON.parse(text) as Holder;
  return host === hostname() && !isAlive(pid);
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
