/** JSON Lines: one object a line, blank lines passed over. */
import { PipelineError } from '../../errors.ts';
import {
  decodeText,
  MAX_ROW_CHARS,
  type IncomingRow,
  type ReadOptions,
  type RowSource,
} from './incoming-rows.ts';

/**
 * A line that is no JSON object is a row with a fault; a column that its object lacks is
 * `undefined`.
 *
 * @throws PipelineError `DATA_INVALID` for text that is not UTF-8 and a line above 16 million
 * characters.
 * @see https://jsonlines.org
 */
export async function* readJsonRows(
  source: RowSource,
  options: ReadOptions,
): AsyncGenerator<IncomingRow> {
  const noteIgnored = firstIgnored(options);
  let line = 0;
  let row = 0;
  for await (const text of lines(source)) {
    line += 1;
    if (text.trim() === '') continue;
    const object = objectOf(text);
    if (object) noteIgnored(object);
    yield {
      row,
      line,
      values: object ? valuesOf(object, options.columns) : [],
      fault: object
        ? undefined
        : { message: 'it is not a JSON object', remedy: 'write one object a line, by column name' },
    };
    row += 1;
  }
}

/** Own properties alone: `constructor` is no column of a row that does not name it. */
export function valuesOf(object: object, columns: readonly string[]): unknown[] {
  return columns.map((column) =>
    Object.hasOwn(object, column) ? (object as Record<string, unknown>)[column] : undefined,
  );
}

async function* lines(source: RowSource): AsyncGenerator<string> {
  let rest = '';
  for await (const text of decodeText(source)) {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    yield* pieces;
    if (rest.length > MAX_ROW_CHARS) {
      throw new PipelineError(
        'DATA_INVALID',
        `${source.name} has a line of over ${MAX_ROW_CHARS} characters`,
        { remedy: 'write one object a line' },
      );
    }
  }
  if (rest !== '') yield rest;
}

function objectOf(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // What it is instead matters less than the row's number, which the caller tells.
    return null;
  }
}

function firstIgnored({ columns, known, onIgnored }: ReadOptions): (object: object) => void {
  const read = new Set([...columns, ...known]);
  let isTold = false;
  return (object) => {
    if (isTold) return;
    const ignored = Object.keys(object).filter((key) => !read.has(key));
    if (ignored.length === 0) return;
    isTold = true;
    onIgnored(ignored);
  };
}
