/** Folders of pictures and of texts, one folder a class. */
import { PipelineError } from '../../errors.ts';
import { MAX_SOURCE_BYTES, readSourceFile } from '../source-file.ts';
import type { Table } from '../table.ts';
import { decodeText } from '../text-bytes.ts';
import { listClassFolders } from './list-class-folders.ts';

export const MAX_PICTURE_BYTES = 2 ** 26;
const MAX_TEXT_BYTES = 2 ** 24;

/** Called with what was read, for the digest of the source. */
export type NoteFile = (path: string, sha256: string) => void;

/** Gives the absolute folder that a path is relative to. */
export type RootOf = (path: string) => Promise<string>;

export interface FolderSource {
  readonly rootOf: RootOf;
  /** Relative to its root. */
  readonly folder: string;
  readonly noteFile: NoteFile;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The columns `image`, whose cells are paths, and `label`. A picture is read when it is decoded.
 *
 * @throws PipelineError as `listClassFolders`.
 */
export async function readImageFolder({ rootOf, folder, noteFile }: FolderSource): Promise<Table> {
  const files = await listClassFolders(await rootOf(folder), folder, ['png', 'jpg', 'jpeg']);
  const paths = files.map((file) => file.path);
  return {
    columns: ['image', 'label'],
    cells: [paths, files.map(({ label }) => label)],
    pictures: new Map([['image', pictureReader(paths, { rootOf, noteFile })]]),
  };
}

/** Reads the picture of a row, at most 64 MiB, by its path below the root. */
export function pictureReader(
  paths: readonly (string | null)[],
  { rootOf, noteFile }: Pick<FolderSource, 'rootOf' | 'noteFile'>,
): NonNullable<Table['pictures']> extends ReadonlyMap<string, infer Reader> ? Reader : never {
  return async (row) => {
    const path = paths[row];
    if (path == null) {
      throw new PipelineError('DATA_INVALID', `Row ${row} (from 0): there is no path of a picture`);
    }
    const { bytes, sha256 } = await readSourceFile(await rootOf(path), path, MAX_PICTURE_BYTES);
    noteFile(path, sha256);
    return { type: 'file', path, bytes, sha256 };
  };
}

/**
 * The columns `text` and `label`.
 *
 * @throws PipelineError as `listClassFolders`; `DATA_INVALID` for a file that is empty or not UTF-8;
 * `DATA_TOO_LARGE` for one over 16 MiB, and for over 1 GiB in all.
 */
export async function readTextFolder(source: FolderSource): Promise<Table> {
  const { rootOf, folder, noteFile, signal } = source;
  const root = await rootOf(folder);
  const files = await listClassFolders(root, folder, ['txt']);
  const texts: string[] = [];
  let total = 0;
  for (const { path } of files) {
    signal?.throwIfAborted();
    const { bytes, sha256 } = await readSourceFile(root, path, MAX_TEXT_BYTES);
    noteFile(path, sha256);
    total += bytes.byteLength;
    if (total > MAX_SOURCE_BYTES) {
      throw new PipelineError('DATA_TOO_LARGE', `The folder ${folder} has over 1 GiB of text`);
    }
    texts.push(decodeText(bytes, `The text ${JSON.stringify(path)}`));
  }
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) {
    throw new PipelineError(
      'DATA_INVALID',
      `The text ${JSON.stringify(files[empty]?.path)} is empty`,
    );
  }
  return {
    columns: ['text', 'label'],
    cells: [texts, files.map(({ label }) => label)],
    texts: ['text'],
  };
}
