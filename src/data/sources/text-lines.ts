/** The lines of a file, one after another. */
import { createReadStream } from 'node:fs';
import { PipelineError } from '../../errors.ts';

const MAX_CHARACTERS = 2 ** 26;

export interface TextLine {
  /** Without its line feed; a carriage return before that stays. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Whether a line feed ends it. */
  readonly isEnded: boolean;
}

/**
 * UTF-8, a byte order mark taken off. What follows the last line feed is a line if it is not empty.
 *
 * @param file  absolute.
 * @param what  the file as a message names it.
 * @throws PipelineError `DATA_INVALID` for bytes that are no UTF-8 and for a NUL character;
 * `DATA_TOO_LARGE` for a line of over 67 million characters.
 */
export async function* textLines(file: string, what: string): AsyncGenerator<TextLine> {
  let number = 0;
  let rest = '';
  for await (const text of texts(file, what)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      yield { text: checked(line, what, number), number, isEnded: true };
    }
    if (rest.length <= MAX_CHARACTERS) continue;
    const found = `${what}, line ${number + 1}: over ${MAX_CHARACTERS} characters`;
    throw new PipelineError('DATA_TOO_LARGE', found);
  }
  if (rest === '') return;
  yield { text: checked(rest, what, number + 1), number: number + 1, isEnded: false };
}

function checked(line: string, what: string, number: number): string {
  if (!line.includes('\0')) return line;
  throw new PipelineError('DATA_INVALID', `${what}, line ${number}: a NUL character is no text`);
}

async function* texts(file: string, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new PipelineError('DATA_INVALID', `${what} is not UTF-8 text`, {
        cause,
        remedy: 'write it as UTF-8',
      });
    }
  };
  for await (const bytes of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    yield decode(bytes as Buffer);
  }
  yield decode();
}
