/** Files in a folder for each class. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { openSourceFolder, refusedSource } from '../source-file.ts';

const MAX_FILES = 1_000_000;

export interface ClassFile {
  /** Relative to the data root, with `/`. */
  readonly path: string;
  /** The name of its folder. */
  readonly label: string;
}

/**
 * The files `folder/<class>/*` with one of the endings, in the order of their paths by UTF-16 code
 * unit. Names that begin with a dot are passed over, so are files of other endings.
 *
 * @param endings  in lower case, without the dot.
 * @throws PipelineError `DATA_PATH_REFUSED` as `readSourceFile`, and for a symbolic link inside;
 * `DATA_NOT_FOUND`; `DATA_INVALID` for no file at all or a folder in a class; `DATA_TOO_LARGE` over
 * a million files.
 */
export async function listClassFolders(
  root: string,
  folder: string,
  endings: readonly string[],
): Promise<readonly ClassFile[]> {
  const real = await openSourceFolder(root, folder);
  const files: ClassFile[] = [];
  for (const { name: label } of await entries(real, folder, 'directory')) {
    const inside = path.posix.join(folder, label);
    for (const { name } of await entries(path.join(real, label), inside, 'file')) {
      if (!endings.includes(path.posix.extname(name).slice(1).toLowerCase())) continue;
      files.push({ path: path.posix.join(inside, name), label });
      if (files.length > MAX_FILES) {
        throw new PipelineError(
          'DATA_TOO_LARGE',
          `The folder ${folder} has over ${MAX_FILES} files`,
        );
      }
    }
  }
  if (files.length > 0) return files;
  throw new PipelineError(
    'DATA_INVALID',
    `The folder ${JSON.stringify(folder)} has no file <class>/*.${endings.join(' or *.')}`,
    { remedy: 'put the files of each class into a folder of its name' },
  );
}

async function entries(real: string, shown: string, wanted: 'file' | 'directory') {
  const found = (await readdir(real, { withFileTypes: true })).filter(
    ({ name }) => !name.startsWith('.'),
  );
  for (const entry of found) {
    const place = path.posix.join(shown, entry.name);
    if (entry.isSymbolicLink()) throw refusedSource(place, 'it is a symbolic link');
    if (wanted === 'file' && !entry.isFile()) throw refusedSource(place, 'it is no regular file');
  }
  const kept = wanted === 'file' ? found : found.filter((entry) => entry.isDirectory());
  return kept.sort((a, b) => (a.name < b.name ? -1 : 1));
}
