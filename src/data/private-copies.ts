/** Copies of what was read and hashed, for a library that opens files by itself. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The sources may change while the work goes on, the copies do not; they go when it is done. */
export async function withPrivateCopies<T>(
  scratch: string,
  contents: readonly Uint8Array[],
  work: (files: readonly string[]) => Promise<T>,
): Promise<T> {
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(path.join(scratch, 'source-'));
  try {
    const files = contents.map((_, index) => path.join(folder, `source-${index}`));
    for (const [index, file] of files.entries()) {
      await writeFile(file, contents[index] as Uint8Array, { mode: 0o600 });
    }
    return await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
