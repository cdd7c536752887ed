/**
 * One start of a project's server at a time: of two servers that come up at once, the one that has
 * to go may hold the port that the other wants.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { isAlive } from './server-process.ts';
import { localDatabase } from './settings.ts';

const POLL_MS = 50;

/** Waits until no other start is under way. A process that died in the midst of one holds up none. */
export async function withStartLock<Result>(
  stateFolder: string,
  start: () => Promise<Result>,
): Promise<Result> {
  const file = path.join(path.dirname(localDatabase(stateFolder)), 'starting');
  mkdirSync(path.dirname(file), { recursive: true });
  while (!(await createFileAtomic(file, Buffer.from(String(process.pid))))) {
    // Two that find a dead one at once may both go on; the server's record then decides.
    if (isHeld(file)) await sleep(POLL_MS);
    else rmSync(file, { force: true });
  }
  try {
    return await start();
  } finally {
    rmSync(file, { force: true });
  }
}

function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 && isAlive(pid);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}
