import { readFile } from 'node:fs/promises';
import { errnoOf } from './file-system.ts';

/** @returns the text of a file, UTF-8; `null` if there is none. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
