/** Whether a process id in a record is still the process that it was written for. */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Whether a process with this id exists, of whatever program. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * Whether this process is a Temporal server on this database.
 *
 * An id alone is no proof: after a restart of the machine or container it may belong to anything,
 * and its port to another project's server. The command line tells; where the system does not
 * show it (Windows), the id must do.
 */
export function isServerOn(database: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  const command = commandLine(pid);
  return command === null || command.includes(canonical(database));
}

/** The path by which a server is started and recognised, whichever link led to it. */
export function canonical(file: string): string {
  const folder = path.dirname(file);
  try {
    return path.join(realpathSync(folder), path.basename(file));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return file;
    throw error;
  }
}

/** Empty for a process that has ended (a zombie too); `null` where it cannot be seen. */
function commandLine(pid: number): string | null {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32') return null;
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // No such process any more: both ways of looking fail only so.
    return '';
  }
}
