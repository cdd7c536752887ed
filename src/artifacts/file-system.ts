/** The file-system calls that durable writes are made of, so that tests can fail any of them. */
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';

export interface OpenFile {
  writeFile(bytes: Uint8Array): Promise<void>;
  /** @returns how many bytes it read into the start of `into`; 0 at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** fsync. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  open(file: string, flags: 'wx' | 'r'): Promise<OpenFile>;
  readFile(file: string): Promise<Uint8Array>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, created: string): Promise<void>;
  unlink(file: string): Promise<void>;
  stat(file: string): Promise<{ readonly size: number; readonly mtimeMs: number }>;
  readdir(folder: string): Promise<string[]>;
  /** Resolves to the first folder that had to be made, if any. */
  mkdir(folder: string, options: { recursive: true }): Promise<string | undefined>;
}

export const nodeFileSystem: FileSystem = {
  open: async (file, flags) => openFile(await open(file, flags)),
  readFile: (file) => readFile(file),
  rename,
  link,
  unlink,
  stat: (file) => stat(file),
  readdir: (folder) => readdir(folder),
  mkdir: (folder, options) => mkdir(folder, options),
};

const openFile = (handle: FileHandle): OpenFile => ({
  writeFile: (bytes) => handle.writeFile(bytes),
  read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
  sync: () => handle.sync(),
  close: () => handle.close(),
});

/** The `errno` name of a Node error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
