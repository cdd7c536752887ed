/** Where a verb writes what it makes as it makes it: standard output, or a file that appears whole. */
import { createWriteStream } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { writeFailure } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';

export interface OutputTarget {
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Gives a file its name; an older one of that name is replaced in one step. */
  finish(): Promise<void>;
  /** Leaves an older file as it was. */
  abandon(): Promise<void>;
}

export function streamTarget(stream: NodeJS.WritableStream): OutputTarget {
  const nothing = () => Promise.resolve();
  return {
    async write(text) {
      if (text !== '' && !stream.write(text)) await once(stream, 'drain');
    },
    finish: nothing,
    abandon: nothing,
  };
}

/** @throws PipelineError from every call: `DISK_FULL`, `STORE_UNWRITABLE`. */
export async function fileTarget(file: string): Promise<OutputTarget> {
  const temp = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  const stream = createWriteStream(temp, { flags: 'w' });
  let failed: Error | null = null;
  stream.on('error', (error) => (failed ??= error));
  const guard = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
      if (failed) throw failed;
    } catch (error) {
      throw writeFailure(file, error);
    }
  };
  await guard(once(stream, 'open'));
  return {
    async write(text) {
      if (failed) throw writeFailure(file, failed);
      if (text !== '' && !stream.write(text)) await guard(once(stream, 'drain'));
    },
    async finish() {
      stream.end();
      await guard(stream.closed ? Promise.resolve() : once(stream, 'close'));
      await guard(rename(temp, file));
    },
    async abandon() {
      stream.destroy();
      if (!stream.closed) await once(stream, 'close');
      await unlink(temp).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
    },
  };
}
