/**
 * The modules that a file loads, found by reading `import` and `export … from` in its text and in
 * theirs. Works on the sources and on what the compiler makes of them.
 *
 * It reads text, not a syntax tree: the worker has no parser. It may find too much (an import in a
 * comment), which changes a version needlessly, but an import that it could not follow is an error.
 */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';

export interface ModuleGraph {
  /** Absolute paths, the entry among them, sorted. */
  readonly files: readonly string[];
  /** Files and folders named by `new URL('…', import.meta.url)`, absolute, sorted. */
  readonly assets: readonly string[];
  /** Names of packages, sorted; Node's own modules are left out. */
  readonly packages: readonly string[];
}

/** Types are gone when the code runs. */
const STATIC = /^\s*(?:import|export)\s(?!\s*type\s)[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*(?:['"]([^'"]+)['"]\s*\)|(.{0,40}))/g;
const ASSET = /\bnew URL\(\s*['"]([^'"]+)['"]\s*,\s*import\.meta\.url/g;

/**
 * @param entry  absolute path.
 * @throws PipelineError `INTERNAL` for an import that names no file, or is computed.
 */
export function moduleGraph(entry: string): ModuleGraph {
  const files = new Set<string>();
  const assets = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readModule(file);
    const folder = path.dirname(file);
    for (const [, name = ''] of text.matchAll(ASSET)) assets.add(path.resolve(folder, name));
    for (const name of importsOf(text, file)) {
      if (name.startsWith('.')) open.push(path.resolve(folder, name));
      else if (!isBuiltin(name)) packages.add(packageOf(name));
    }
  }
  return { files: [...files].sort(), assets: [...assets].sort(), packages: [...packages].sort() };
}

function readModule(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `the modules of a step cannot be followed: ${file} cannot be read`;
    throw new PipelineError('INTERNAL', message, { cause });
  }
}

function importsOf(text: string, file: string): string[] {
  const named = [STATIC, BARE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, name = '']) => name),
  );
  const dynamic = [...text.matchAll(DYNAMIC)].map(([, name, computed]) => {
    if (name !== undefined) return name;
    const message = `${file} computes what it imports (${String(computed).trim()})`;
    throw new PipelineError('INTERNAL', message, {
      remedy: 'name the module in the import, so that the version of a step can be known',
    });
  });
  return [...named, ...dynamic];
}

/** `@scope/name/file` → `@scope/name`. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
