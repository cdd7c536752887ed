/** A real file system whose k-th call fails, with torn writes, for crash tests. */
import { nodeFileSystem, type FileSystem, type OpenFile } from '../../src/artifacts/file-system.ts';

export interface Fault {
  /** Which call fails, counted from 1. */
  readonly failAt?: number;
  /** Or: every call of this name fails. */
  readonly failCall?: string;
  readonly errno: string;
  /** As if the process had died: every later call fails too. */
  readonly andAllAfter?: boolean;
}

export function failingFileSystem(fault: Fault): FileSystem & { calls(): number } {
  let count = 0;
  const strikes = (name: string): boolean => {
    count += 1;
    if (fault.failCall !== undefined) return name === fault.failCall;
    const at = fault.failAt ?? Infinity;
    return fault.andAllAfter ? count >= at : count === at;
  };
  const failure = (name: string) =>
    Object.assign(new Error(`${fault.errno}: injected, ${name}`), { code: fault.errno });

  const guard =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (strikes(name)) throw failure(name);
      return call(...args);
    };

  const wrap = (file: OpenFile): OpenFile => ({
    async writeFile(bytes) {
      if (strikes('writeFile')) {
        // A failed write leaves a part behind.
        await file.writeFile(bytes.subarray(0, bytes.length >> 1));
        throw failure('writeFile');
      }
      await file.writeFile(bytes);
    },
    read: guard('read', (into, position) => file.read(into, position)),
    sync: guard('sync', () => file.sync()),
    async close() {
      await file.close();
      if (strikes('close')) throw failure('close');
    },
  });

  return {
    calls: () => count,
    open: guard('open', async (file, flags) => wrap(await nodeFileSystem.open(file, flags))),
    readFile: guard('readFile', nodeFileSystem.readFile),
    rename: guard('rename', nodeFileSystem.rename),
    link: guard('link', nodeFileSystem.link),
    unlink: guard('unlink', nodeFileSystem.unlink),
    stat: guard('stat', nodeFileSystem.stat),
    readdir: guard('readdir', nodeFileSystem.readdir),
    mkdir: guard('mkdir', nodeFileSystem.mkdir),
  };
}
