/** Opens a source file inside the data root, and nothing else. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError, type ErrorCode } from '../errors.ts';

/** Of a file that is read into memory. */
export const MAX_SOURCE_BYTES = 2 ** 30;
/** Of one that is read in pieces. */
const MAX_STREAMED_BYTES = 2 ** 40;

export interface SourceFile {
  /** As the pipeline names it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of exactly these bytes. */
  readonly sha256: string;
}

/**
 * Reads a file below `root`, once: what is hashed is what is parsed, whatever happens to the
 * file meanwhile.
 *
 * @param root  absolute folder.
 * @param relative  with `/` or the system's separator.
 * @param maxBytes  @default 1 GiB
 * @throws PipelineError `DATA_PATH_REFUSED` for a path that is absolute, a URL, has `..` or an
 * escape, leaves the root by a symbolic link or names something that is no regular file;
 * `DATA_NOT_FOUND`; `DATA_TOO_LARGE` over `maxBytes`.
 */
export async function readSourceFile(
  root: string,
  relative: string,
  maxBytes = MAX_SOURCE_BYTES,
): Promise<SourceFile> {
  const handle = await openSource(root, relative, maxBytes);
  try {
    const bytes = await handle.readFile();
    if (bytes.byteLength > maxBytes) throw tooLarge(relative, bytes.byteLength, maxBytes);
    return { path: relative, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await handle.close();
  }
}

/** @returns bytes. @throws PipelineError as `readSourceFile`. */
export async function sizeSourceFile(root: string, relative: string): Promise<number> {
  const handle = await openSource(root, relative, MAX_STREAMED_BYTES);
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/**
 * The SHA-256 of a file below `root`, hex, without holding the file in memory.
 *
 * @throws PipelineError as `readSourceFile`.
 */
export async function hashSourceFile(root: string, relative: string): Promise<string> {
  const handle = await openSource(root, relative, MAX_STREAMED_BYTES);
  try {
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false })) {
      hash.update(piece as Buffer);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/**
 * The real path of a folder below `root`.
 *
 * @throws PipelineError as `readSourceFile`, for what is no folder; `.` is `root` itself.
 */
export async function openSourceFolder(root: string, relative: string): Promise<string> {
  requirePlainPath(relative);
  const realRoot = await realpath(root).catch(asDataError(relative));
  if (relative === '.') return realRoot;
  const real = await realpath(path.join(realRoot, relative)).catch(asDataError(relative));
  requireInside(realRoot, real, relative);
  const kind = await lstat(real).catch(asDataError(relative));
  if (!kind.isDirectory()) throw refusedSource(relative, 'it is no folder');
  return real;
}

/**
 * The bytes of a file below `root`, a piece at a time.
 *
 * @param onEnd  told the SHA-256 of exactly the bytes that were given, hex, after the last of them.
 * @throws PipelineError as `readSourceFile`.
 */
export async function* streamSourceFile(
  root: string,
  relative: string,
  onEnd: (sha256: string) => void,
): AsyncGenerator<Uint8Array> {
  const handle = await openSource(root, relative, MAX_STREAMED_BYTES);
  try {
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false })) {
      hash.update(piece as Buffer);
      yield piece as Buffer;
    }
    onEnd(hash.digest('hex'));
  } finally {
    await handle.close();
  }
}

/** Open for reading, checked in every way; the caller closes it. */
async function openSource(
  root: string,
  relative: string,
  maxBytes = MAX_SOURCE_BYTES,
): Promise<FileHandle> {
  requirePlainPath(relative);
  const realRoot = await realpath(root).catch(asDataError(relative));
  const real = await realpath(path.join(realRoot, relative)).catch(asDataError(relative));
  requireInside(realRoot, real, relative);
  // NOFOLLOW: the path was resolved above; NONBLOCK: a FIFO must not hang the open.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const kind = await lstat(real).catch(asDataError(relative));
  if (!kind.isFile()) throw refusedSource(relative, 'it is no regular file');
  const handle = await open(real, flags).catch(asDataError(relative));
  try {
    const opened = await handle.stat();
    if (!opened.isFile()) throw refusedSource(relative, 'it is no regular file');
    if (opened.size > maxBytes) throw tooLarge(relative, opened.size, maxBytes);
    // A folder swapped for a link between check and open shows as another file.
    const again = await realpath(real).catch(asDataError(relative));
    const found = await lstat(again).catch(asDataError(relative));
    if (again !== real || found.ino !== opened.ino || found.dev !== opened.dev) {
      throw refusedSource(relative, 'it was replaced while it was opened');
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function requirePlainPath(relative: string): void {
  if (relative.includes('\0')) throw refusedSource(relative, 'it holds a NUL character');
  if (/^[a-z][a-z0-9+.-]*:/i.test(relative))
    throw refusedSource(relative, 'it is a URL or names a drive');
  if (/%[0-9a-f]{2}/i.test(relative)) throw refusedSource(relative, 'it holds a percent escape');
  if (path.posix.isAbsolute(relative) || path.win32.isAbsolute(relative)) {
    throw refusedSource(relative, 'it is absolute');
  }
  if (relative.split(/[/\\]/).includes('..')) throw refusedSource(relative, 'it holds ".."');
}

function requireInside(root: string, real: string, relative: string): void {
  const way = path.relative(root, real);
  if (way === '' || way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way)) {
    throw refusedSource(relative, 'it leads out of the project');
  }
}

export function refusedSource(relative: string, reason: string): PipelineError {
  return new PipelineError(
    'DATA_PATH_REFUSED',
    `The source ${quote(relative)} is refused: ${reason}`,
    {
      remedy: 'name a regular file by its path relative to the project',
    },
  );
}

function tooLarge(relative: string, size: number, maxBytes: number): PipelineError {
  const found = `has ${size} bytes; at most ${maxBytes} are read`;
  return new PipelineError('DATA_TOO_LARGE', `The source ${quote(relative)} ${found}`);
}

const CODE_OF_ERRNO: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'DATA_NOT_FOUND',
  ENOTDIR: 'DATA_NOT_FOUND',
  ELOOP: 'DATA_PATH_REFUSED',
  ENXIO: 'DATA_PATH_REFUSED',
  ENAMETOOLONG: 'DATA_PATH_REFUSED',
};

function asDataError(relative: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const errno = cause.code ?? 'unknown';
    const code = CODE_OF_ERRNO[errno] ?? 'DATA_INVALID';
    const what = code === 'DATA_NOT_FOUND' ? 'does not exist' : `cannot be opened (${errno})`;
    throw new PipelineError(code, `The source ${quote(relative)} ${what}`, { cause });
  };
}

/** Quoted and cut, so that no control character or novel reaches a log. */
function quote(relative: string): string {
  return JSON.stringify(relative.length > 200 ? `${relative.slice(0, 200)}…` : relative);
}
