/** Which code ran: the package's version and a digest over its own files. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../json.ts';

export interface CodeIdentity extends JsonObject {
  readonly version: string;
  /** Over the names and bytes of all files of the code, sorted by name. */
  readonly sha256: string;
  readonly files: number;
}

/** `src` or `dist`, whichever this file is in. */
const CODE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

let identity: Promise<CodeIdentity> | undefined;

/** Read once per process: a later change on disk is not what runs. */
export function codeIdentity(): Promise<CodeIdentity> {
  identity ??= digestCode(CODE);
  return identity;
}

/** @param folder  holds code; `package.json` is beside it. */
export async function digestCode(folder: string): Promise<CodeIdentity> {
  const manifest = await readFile(path.join(folder, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const found = await readdir(folder, { recursive: true });
  const files = found.filter(isCode).map(toPosix).sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = await readFile(path.join(folder, file));
    // Lengths keep one file's end from passing for the next one's name.
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return { version, sha256: hash.digest('hex'), files: files.length };
}

function isCode(file: string): boolean {
  return /\.(ts|js|json|mjs)$/.test(file) && !file.endsWith('.d.ts');
}

function toPosix(file: string): string {
  return file.split(path.sep).join('/');
}
