/** Reads a pipeline file from disk. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { PipelineError, PipelineErrors } from '../errors.ts';
import { LIMITS } from './limits.ts';
import { parseSpec } from './parse-spec.ts';
import type { Spec } from './spec.ts';

/**
 * Reads and checks a pipeline file.
 *
 * The file is opened once, without waiting (a FIFO would wait for ever), and what is looked at
 * and read is that open file, so that it cannot be exchanged between the look and the reading.
 *
 * @throws PipelineErrors as `parseSpec`, and `SPEC_NOT_FOUND` where there is no such regular
 * file, `SPEC_LIMIT` above 1 MB, `SPEC_SYNTAX` where it is not UTF-8.
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

function readText(file: string, label: string): string {
  const descriptor = open(file, label);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw fail(label, 'SPEC_NOT_FOUND', 'this is not a regular file');
    const bytes = Buffer.alloc(LIMITS.sizeBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > LIMITS.sizeBytes) throw fail(label, 'SPEC_LIMIT', 'the file is larger than 1 MB');
    return decode(label, bytes.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string, label: string): number {
  try {
    return openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw unreadable(label, cause);
  }
}

function unreadable(label: string, cause: unknown): PipelineErrors {
  const { code } = cause as NodeJS.ErrnoException;
  const found = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : undefined;
  return fail(label, 'SPEC_NOT_FOUND', found ?? `the file cannot be read (${code})`, cause);
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw fail(file, 'SPEC_SYNTAX', 'the file is not UTF-8 text', cause);
  }
}

function fail(
  file: string,
  code: 'SPEC_NOT_FOUND' | 'SPEC_LIMIT' | 'SPEC_SYNTAX',
  message: string,
  cause?: unknown,
): PipelineErrors {
  const location = { file, line: 1, column: 1 };
  return new PipelineErrors([new PipelineError(code, message, { location, cause })]);
}
