/** The files of a source, on the disk. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import {
  fitsPattern,
  isPattern,
  MOST_FILES_OF_SOURCE,
  partsOfPattern,
} from '../../source-pattern.ts';
import { hashSourceFile, openSourceFolder, refusedSource } from '../source-file.ts';
import { digestOfFiles } from './source-files.ts';

/**
 * The files of a source, sorted by name by UTF-16 code unit; names that begin with a dot are passed
 * over.
 *
 * @param root  absolute folder.
 * @throws PipelineError `DATA_NOT_FOUND` where none matches; `DATA_PATH_REFUSED` for a pattern in a
 * folder's name, and as `readSourceFile`; `DATA_TOO_LARGE` over 10,000 files.
 */
export async function expandSource(root: string, source: string): Promise<readonly string[]> {
  if (!isPattern(source)) return [source];
  const { dir, base } = partsOfPattern(source);
  if (isPattern(dir)) {
    throw refusedSource(source, '`*` and `?` may stand in the name of a file, not of its folder');
  }
  const entries = await readdir(await openSourceFolder(root, dir === '' ? '.' : dir));
  const names = entries.filter((name) => fitsPattern(base, name)).sort();
  if (names.length === 0) {
    throw new PipelineError('DATA_NOT_FOUND', `No file matches ${JSON.stringify(source)}`);
  }
  if (names.length > MOST_FILES_OF_SOURCE) {
    throw new PipelineError(
      'DATA_TOO_LARGE',
      `${JSON.stringify(source)} has ${names.length} files; at most ${MOST_FILES_OF_SOURCE} are read`,
    );
  }
  return names.map((name) => path.posix.join(dir, name));
}

/** SHA-256 of each file of a source, hex, by its path. @throws as `expandSource`, `hashSourceFile` */
export async function hashSource(root: string, source: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const file of await expandSource(root, source)) {
    digests[file] = await hashSourceFile(root, file);
  }
  return digests;
}

/** One digest over a source's files: see `digestOfFiles`. @throws as `hashSource` */
export const digestOfSource = async (root: string, source: string): Promise<string> =>
  digestOfFiles(await hashSource(root, source));
