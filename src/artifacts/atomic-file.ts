/**
 * Files that are old or new, never a mixture, whatever crashes.
 *
 * A new file is written beside its place under a unique name, forced to disk, and only then
 * given its name; the folder is forced to disk too, since the name lives there.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { errnoOf, nodeFileSystem, type FileSystem } from './file-system.ts';

export interface AtomicWriteOptions {
  /** Folder of the temporary file, on the same file system. @default the file's folder */
  readonly tempFolder?: string | undefined;
  /** @default Node's */
  readonly fs?: FileSystem | undefined;
}

const TEMP_NAME = /^\..+\.\d+-[0-9a-f]{16}\.tmp$/;

/** Whether a file name is that of a temporary file made here. */
export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name);
}

/**
 * Writes a file durably: once the promise resolves, it survives a power cut. Replaces an older
 * one in a single step, and makes missing folders.
 *
 * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`; the older file is then untouched.
 */
export async function writeFileAtomic(
  file: string,
  bytes: Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const fs = options.fs ?? nodeFileSystem;
  await placeFile(file, bytes, options, (temp) => fs.rename(temp, file));
}

/**
 * Creates a file durably, unless the name is taken: of any number of processes that try at once,
 * one wins. The file appears whole.
 *
 * @returns `false` if the file exists already; it is then untouched.
 * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`
 */
export async function createFileAtomic(
  file: string,
  bytes: Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<boolean> {
  const fs = options.fs ?? nodeFileSystem;
  let created = true;
  await placeFile(file, bytes, options, async (temp) => {
    try {
      // rename() would replace; link() refuses a taken name.
      await fs.link(temp, file);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      created = false;
    }
    await fs.unlink(temp);
  });
  return created;
}

/**
 * Writes a file durably whose name follows from its content.
 *
 * @param nameOf  called after the last piece.
 * @returns the file.
 * @throws PipelineError `DISK_FULL`, `STORE_UNWRITABLE`; what `chunks` throws, as it is.
 */
export async function writeStreamAtomic(
  chunks: AsyncIterable<Uint8Array>,
  nameOf: () => string,
  { tempFolder, fs = nodeFileSystem }: AtomicWriteOptions & { readonly tempFolder: string },
): Promise<string> {
  const temp = path.join(tempFolder, `.stream.${uniqueName()}.tmp`);
  try {
    const handle = await guard(temp, fs.open(temp, 'wx'));
    try {
      // Each call writes on from where the last one ended.
      for await (const chunk of chunks) await guard(temp, handle.writeFile(chunk));
      await guard(temp, handle.sync());
    } finally {
      await guard(temp, handle.close());
    }
    const file = nameOf();
    await guard(file, fs.rename(temp, file));
    await guard(file, syncFolder(path.dirname(file), fs));
    return file;
  } catch (error) {
    await removeTemp(temp, fs);
    throw error;
  }
}

const guard = <T>(file: string, call: Promise<T>): Promise<T> =>
  call.catch((error: unknown) => {
    throw writeFailure(file, error);
  });

const uniqueName = (): string => `${process.pid}-${randomBytes(8).toString('hex')}`;

async function placeFile(
  file: string,
  bytes: Uint8Array,
  options: AtomicWriteOptions,
  publish: (temp: string) => Promise<void>,
): Promise<void> {
  const fs = options.fs ?? nodeFileSystem;
  const folder = path.dirname(file);
  const name = `.${path.basename(file)}.${uniqueName()}.tmp`;
  const temp = path.join(options.tempFolder ?? folder, name);
  try {
    await ensureFolder(folder, fs);
    if (options.tempFolder !== undefined) await ensureFolder(options.tempFolder, fs);
    await writeNew(temp, bytes, fs);
    await publish(temp);
    await syncFolder(folder, fs);
  } catch (error) {
    await removeTemp(temp, fs);
    throw writeFailure(file, error);
  }
}

async function writeNew(file: string, bytes: Uint8Array, fs: FileSystem): Promise<void> {
  const handle = await fs.open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and its parents, and forces their names to disk. */
export async function ensureFolder(folder: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const top = path.dirname(first);
  for (let made = path.resolve(folder); made !== path.resolve(top); made = path.dirname(made)) {
    await syncFolder(path.dirname(made), fs);
  }
}

/** Forces the names in a folder to disk. Windows can't open folders and needs no such call. */
export async function syncFolder(folder: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeTemp(temp: string, fs: FileSystem): Promise<void> {
  try {
    await fs.unlink(temp);
  } catch {
    // It may never have been made, or be renamed already; what stays is swept a day later, and
    // the error that led here matters more.
  }
}

/** What a failed write means and how to mend it. */
export function writeFailure(file: string, error: unknown): PipelineError {
  const errno = errnoOf(error);
  const details = { file, errno: errno ?? null };
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new PipelineError('DISK_FULL', `no room left to write ${file} (${errno})`, {
      remedy: 'free some disk space; nothing was overwritten, and a retry goes on from here',
      details,
      cause: error,
    });
  }
  const remedy =
    errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS'
      ? `make ${path.dirname(file)} writable for the user that runs modelwright`
      : 'see whether the disk is healthy and mounted';
  const reason = errno ?? (error instanceof Error ? error.message : String(error));
  return new PipelineError('STORE_UNWRITABLE', `${file} cannot be written (${reason})`, {
    remedy,
    details,
    cause: error,
  });
}
