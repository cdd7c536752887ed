/** Sources of several files: a pattern in a file's name. */
import path from 'node:path';
import { matchesGlob } from './glob.ts';

/** Of one source. */
export const MOST_FILES_OF_SOURCE = 10_000;

/** `*` stands for any text, `?` for one character. */
export const isPattern = (source: string): boolean => /[*?]/.test(source);

/** Whether a file of the pattern's folder belongs to it; names that begin with a dot are passed over. */
export const fitsPattern = (pattern: string, name: string): boolean =>
  !name.startsWith('.') && matchesGlob(pattern, name);

/** A source's folder, `''` for the root, and the pattern of the names in it. */
export const partsOfPattern = (source: string): { readonly dir: string; readonly base: string } =>
  path.posix.parse(source);

/** Whether a path is that of a source's file. Both are plain: no `.` or `..` in them. */
export function isFileOfSource(source: string, file: string): boolean {
  if (!isPattern(source)) return source === file;
  const pattern = partsOfPattern(source);
  const { dir, base } = partsOfPattern(file);
  return dir === pattern.dir && fitsPattern(pattern.base, base);
}
