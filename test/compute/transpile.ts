/** Turns source files into JavaScript that a forked Node process can run without a build. */
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * @param files  paths below the repository, such as `src/errors.ts`
 * @param into  a folder outside the repository; it is given the repository's packages
 */
export async function transpile(files: readonly string[], into: string): Promise<void> {
  await writeFile(path.join(into, 'package.json'), '{ "type": "module" }');
  await symlink(path.join(ROOT, 'node_modules'), path.join(into, 'node_modules'));
  for (const file of files) {
    const source = await readFile(path.join(ROOT, file), 'utf8');
    const { code } = await transform(source, {
      filename: file,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'es6' },
    });
    const target = path.join(into, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    await writeFile(target, code.replaceAll(/(from '\.[^']+|import\('\.[^']+)\.ts'/g, "$1.js'"));
  }
}
