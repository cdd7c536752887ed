/** The log of a run: JSON lines that several processes append to and others follow. */
import { appendFile, mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../artifacts/file-system.ts';
import type { Json } from '../json.ts';
import type { LogLevel } from './step.ts';

export interface RunLogLine {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly step: string;
  readonly attempt: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface RunLogPage {
  readonly lines: readonly RunLogLine[];
  /** Read on from here. */
  readonly nextOffset: number;
  /** Lines that are no log lines, such as one torn by a power cut. */
  readonly damaged: number;
}

const MAX_LINE_CHARS = 16_000;
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Appends lines in one write, so that lines of several processes never mix. Not forced to disk. */
export async function appendRunLog(file: string, lines: readonly RunLogLine[]): Promise<void> {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${renderLine(line)}\n`).join('');
  // A line that a crash tore must not swallow the next one.
  const start = (await endsInMidLine(file)) ? '\n' : '';
  try {
    await appendFile(file, start + text, { flag: 'a' });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(path.dirname(file), { recursive: true });
    await appendFile(file, text, { flag: 'a' });
  }
}

/**
 * Reads the whole lines after `fromOffset` (bytes), at most 4 MiB of them. A last line without
 * its end is left for the next call; a file that does not exist has no lines yet.
 */
export async function readRunLog(file: string, fromOffset = 0): Promise<RunLogPage> {
  const handle = await openIfThere(file);
  if (handle === null) return { lines: [], nextOffset: 0, damaged: 0 };
  try {
    const { size } = await handle.stat();
    // A shorter file is another file: begin anew.
    const offset = fromOffset > size ? 0 : fromOffset;
    const buffer = Buffer.alloc(Math.min(size - offset, MAX_PAGE_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const page = buffer.subarray(0, bytesRead);
    const end = page.lastIndexOf(NEWLINE) + 1;
    return { ...parseLines(page.toString('utf8', 0, end)), nextOffset: offset + end };
  } finally {
    await handle.close();
  }
}

function parseLines(text: string): Omit<RunLogPage, 'nextOffset'> {
  const texts = text.split('\n').filter((line) => line !== '');
  const lines = texts.map(parseLine).filter((line) => line !== null);
  return { lines, damaged: texts.length - lines.length };
}

function parseLine(text: string): RunLogLine | null {
  let value: Partial<RunLogLine> | null;
  try {
    value = JSON.parse(text) as Partial<RunLogLine> | null;
  } catch {
    return null;
  }
  const { timeMs, step, attempt, level, message, fields } = value ?? {};
  if (typeof timeMs !== 'number' || typeof step !== 'string' || typeof message !== 'string') {
    return null;
  }
  return {
    timeMs,
    step,
    attempt: typeof attempt === 'number' ? attempt : 1,
    level: level === 'warn' || level === 'error' ? level : 'info',
    message,
    fields: typeof fields === 'object' && fields !== null ? fields : {},
  };
}

function renderLine(line: RunLogLine): string {
  const text = JSON.stringify(line);
  if (text.length <= MAX_LINE_CHARS) return text;
  const message = `${line.message.slice(0, MAX_LINE_CHARS / 8)} … (cut, ${text.length} characters)`;
  return JSON.stringify({ ...line, message, fields: {} });
}

async function endsInMidLine(file: string): Promise<boolean> {
  const handle = await openIfThere(file);
  if (handle === null) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== NEWLINE;
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
