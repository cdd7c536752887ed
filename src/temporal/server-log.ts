/** The local server's log: `server.log` beside its database. */
import { mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { localDatabase } from './settings.ts';

/** A log above this is put aside at the next start, so that two of them are the most there is. */
const LARGEST_BYTES = 20 * 2 ** 20;

export const serverLogFile = (stateFolder: string): string =>
  path.join(path.dirname(localDatabase(stateFolder)), 'server.log');

/**
 * Opens the log to append to it. A large one becomes `server.log.1`, in place of the one that was
 * put aside before; a server that still writes to it goes on doing so.
 *
 * @returns a file descriptor that the caller closes.
 */
export function openServerLog(stateFolder: string): number {
  const file = serverLogFile(stateFolder);
  mkdirSync(path.dirname(file), { recursive: true });
  const { size = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (size > LARGEST_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
