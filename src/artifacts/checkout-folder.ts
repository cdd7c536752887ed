/** Where the data of a commit lies, and from where a run of that commit reads a source. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { fitsPattern, isPattern, partsOfPattern } from '../source-pattern.ts';
import { errnoOf } from './file-system.ts';

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The folder of the files that pipelines of a commit read.
 *
 * @throws PipelineError `DATA_PATH_REFUSED` for what is no commit id: it becomes a folder name, and
 * anyone who can start a workflow chooses it.
 */
export function checkoutFolder(stateFolder: string, commit: string): string {
  if (COMMIT.test(commit)) return path.join(stateFolder, 'checkouts', commit);
  const shown = JSON.stringify(commit.slice(0, 80));
  throw new PipelineError('DATA_PATH_REFUSED', `${shown} is no commit id`, {
    remedy: 'a commit id has 40 or 64 hexadecimal digits',
  });
}

export interface SourceOfRun {
  readonly stateFolder: string;
  /** The data root of runs without a commit. */
  readonly project: string;
  readonly commit: string | undefined;
  /** As the pipeline names it. Unchecked: whoever reads it checks it against the root. */
  readonly source: unknown;
}

/**
 * The data root for one source: the commit's folder if it holds the file, else the project. Of a
 * pattern that is the commit's folder if one file fits there: the two are never mixed.
 */
export async function dataRootOf(of: SourceOfRun): Promise<string> {
  const { stateFolder, project, commit, source } = of;
  if (commit === undefined || typeof source !== 'string') return project;
  const folder = checkoutFolder(stateFolder, commit);
  try {
    return (await holds(folder, source)) ? folder : project;
  } catch (error) {
    // A name that no file can have is refused with its reason where it is read.
    const isAbsent = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'];
    if (isAbsent.includes(errnoOf(error) ?? '')) return project;
    throw error;
  }
}

async function holds(folder: string, source: string): Promise<boolean> {
  if (!isPattern(source)) return (await lstat(path.join(folder, source))).isFile();
  const { dir, base } = partsOfPattern(source);
  const entries = await readdir(path.join(folder, dir), { withFileTypes: true });
  return entries.some((entry) => entry.isFile() && fitsPattern(base, entry.name));
}
