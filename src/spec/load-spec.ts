/** Reads a pipeline file from disk. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { parseSpec } from './parse-spec.ts';
import { fail, readText, unreadable } from './read-text.ts';
import type { Spec } from './spec.ts';

/**
 * Reads and checks a pipeline file.
 *
 * @throws PipelineErrors as `parseSpec` and `readText`.
 */
export function loadSpec(file: string): Spec {
  return parseSpec(readText(file, file), file);
}

/**
 * Reads and checks a pipeline file by its path in a project.
 *
 * @param root   absolute folder; a symbolic link that leads out of it is refused.
 * @param label  as its errors name it.
 * @throws PipelineErrors as `loadSpec`
 */
export function loadSpecWithin(root: string, file: string, label: string): Spec {
  const full = path.join(root, file);
  const real = realPath(full, label);
  const way = path.relative(realPath(root, label), real);
  if (way === '' || way.startsWith('..') || path.isAbsolute(way)) {
    throw fail(label, 'SPEC_NOT_FOUND', 'it leads out of the project');
  }
  return parseSpec(readText(real, label), label);
}

function realPath(file: string, label: string): string {
  try {
    return realpathSync(file);
  } catch (cause) {
    throw unreadable(label, cause);
  }
}
