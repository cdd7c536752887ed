/** Small state as JSON files: written whole or not at all. */
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { errnoOf } from '../artifacts/file-system.ts';
import { PipelineError } from '../errors.ts';

/** @returns `null` where there is no file. @throws PipelineError `STORE_UNWRITABLE` if it is torn */
export async function readJsonFile<Value>(file: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Value;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return null;
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new PipelineError('STORE_UNWRITABLE', `${file} is no JSON`, {
      remedy: 'restore it, or delete it: the next sync then reads everything anew',
      cause,
    });
  }
}

export async function writeJsonFile(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
}
