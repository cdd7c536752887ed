/** Sources of several files: a pattern in a file's name. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { matchesGlob } from '../../glob.ts';
import { hashSourceFile, openSourceFolder, refusedSource } from '../source-file.ts';

const MAX_FILES = 10_000;

/** `*` stands for any text, `?` for one character. */
export const isPattern = (source: string): boolean => /[*?]/.test(source);

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
  const { dir, base } = path.posix.parse(source);
  if (isPattern(dir)) {
    throw refusedSource(source, '`*` and `?` may stand in the name of a file, not of its folder');
  }
  const entries = await readdir(await openSourceFolder(root, dir === '' ? '.' : dir));
  const names = entries.filter((name) => !name.startsWith('.') && matchesGlob(base, name)).sort();
  if (names.length === 0) {
    throw new PipelineError('DATA_NOT_FOUND', `No file matches ${JSON.stringify(source)}`);
  }
  if (names.length > MAX_FILES) {
    throw new PipelineError(
      'DATA_TOO_LARGE',
      `${JSON.stringify(source)} has ${names.length} files; at most ${MAX_FILES} are read`,
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
