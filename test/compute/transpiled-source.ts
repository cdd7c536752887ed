/** All of src/ as JavaScript in a folder of its own, for compute processes without a build. */
import { mkdtemp, symlink } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, transpile } from './transpile.ts';

/** @returns the folder; the caller removes it. */
export async function transpileSource(): Promise<string> {
  const code = await mkdtemp(path.join(tmpdir(), 'modelwright-code-'));
  const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  await transpile(
    sources.filter((file) => file.endsWith('.ts')).map((file) => path.join('src', file)),
    code,
  );
  for (const folder of ['schemas', 'assets']) {
    await symlink(path.join(ROOT, folder), path.join(code, folder));
  }
  return code;
}
