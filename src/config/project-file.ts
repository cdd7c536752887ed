/** Reads small text files of the project, and nothing outside it. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import path from 'node:path';
import { type ErrorCode, PipelineError } from '../errors.ts';

const MAX_BYTES = 1_000_000;

/**
 * The real path of a file below the project's folder.
 *
 * @param relative  as the config names it, such as `./steps/a.mjs`.
 * @param code  of what is thrown: the path is absolute, has `..`, leaves the project by a symbolic
 * link, or names nothing.
 */
export function resolveInProject(project: string, relative: string, code: ErrorCode): string {
  const refuse = (reason: string, cause?: unknown) =>
    new PipelineError(code, `${JSON.stringify(relative)} is refused: ${reason}`, {
      remedy: "name a file by its path from the project's folder, such as ./steps/normalise.mjs",
      cause,
    });
  if (relative.includes('\0')) throw refuse('it holds a NUL character');
  if (path.posix.isAbsolute(relative) || path.win32.isAbsolute(relative)) {
    throw refuse('it is absolute');
  }
  if (relative.split(/[/\\]/).includes('..')) throw refuse('it holds ".."');
  const root = realpathSync(project);
  let real: string;
  try {
    real = realpathSync(path.join(root, relative));
  } catch (error) {
    throw refuse('there is no such file', error);
  }
  if (!real.startsWith(root + path.sep)) throw refuse('it leads out of the project');
  return real;
}

/**
 * @param file  a path that was checked.
 * @throws PipelineError with `code` for what is no regular file, has over 1 MB or is not UTF-8.
 */
export function readSmallText(file: string, code: ErrorCode): string {
  // Without waiting: a FIFO would wait for ever.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new PipelineError(code, `${file} is not a regular file`);
    if (stats.size > MAX_BYTES) throw new PipelineError(code, `${file} is larger than 1 MB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new PipelineError(code, `${file} is not UTF-8 text`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

/** Those of the names that the folder holds, absolute. */
export const findIn = (folder: string, names: readonly string[]): readonly string[] =>
  names.map((name) => path.join(folder, name)).filter((file) => existsSync(file));
