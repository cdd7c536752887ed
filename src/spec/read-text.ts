/** Reads a file that people write, such as a pipeline. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { PipelineError, PipelineErrors } from '../errors.ts';
import { LIMITS } from './limits.ts';

/**
 * The file is opened once, without waiting (a FIFO would wait for ever), and what is looked at
 * and read is that open file, so that it cannot be exchanged between the look and the reading.
 *
 * @param label  as its errors name it.
 * @throws PipelineErrors `SPEC_NOT_FOUND` where there is no such regular file, `SPEC_LIMIT` above
 * 1 MB, `SPEC_SYNTAX` where it is not UTF-8.
 */
export function readText(file: string, label: string): string {
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

/** Why a file cannot be read. */
export function unreadable(label: string, cause: unknown): PipelineErrors {
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

export function fail(
  file: string,
  code: 'SPEC_NOT_FOUND' | 'SPEC_LIMIT' | 'SPEC_SYNTAX',
  message: string,
  cause?: unknown,
): PipelineErrors {
  const location = { file, line: 1, column: 1 };
  return new PipelineErrors([new PipelineError(code, message, { location, cause })]);
}
