/** The column names of a CSV text. */
import { PipelineError } from '../errors.ts';

/** Far more than a header needs; the rest of a large file is not decoded. */
const MAX_HEADER_BYTES = 2 ** 20;
/** Enough of a file to read its header, or to see that it does not end. */
export const HEADER_BYTES = MAX_HEADER_BYTES + 1;
export const MAX_COLUMNS = 10_000;

/**
 * Reads the first record: fields parted by commas, optionally in double quotes, in which a
 * doubled quote stands for one.
 *
 * @throws PipelineError `DATA_INVALID` for a header that is empty, unterminated, too long, or
 * has a misplaced quote, an empty or a repeated name.
 * @see RFC 4180
 */
export function readCsvHeader(bytes: Uint8Array): string[] {
  const record = firstRecord(bytes);
  if (record.includes('\0')) throw invalid('holds a NUL character: the file is not UTF-8 text');
  const names = splitRecord(record);
  if (names.length > MAX_COLUMNS)
    throw invalid(`has ${names.length} columns; at most ${MAX_COLUMNS}`);
  names.forEach((name, index) => {
    if (name.trim() === '') throw invalid(`has no name for column ${index + 1}`);
  });
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalid(`names the column ${JSON.stringify(repeated)} twice`);
  return names;
}

function firstRecord(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, MAX_HEADER_BYTES));
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === '\n' || character === '\r')) return text.slice(0, at);
  }
  if (quoted || bytes.byteLength > MAX_HEADER_BYTES) throw invalid('does not end');
  return text;
}

/** Commas inside quotes part nothing; doubled quotes toggle twice, so they need no case. */
function splitRecord(record: string): string[] {
  const fields: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= record.length; at += 1) {
    if (record[at] === '"') quoted = !quoted;
    if (at < record.length && (quoted || record[at] !== ',')) continue;
    fields.push(unquote(record.slice(start, at)));
    start = at + 1;
  }
  return fields;
}

/** Strict, because DuckDB skips the whole file after a header that it cannot read. */
function unquote(field: string): string {
  if (!field.includes('"')) return field;
  if (/^"(?:[^"]|"")*"$/.test(field)) return field.slice(1, -1).replaceAll('""', '"');
  throw invalid(`has a misplaced quote in ${JSON.stringify(field.slice(0, 60))}`);
}

function invalid(found: string): PipelineError {
  return new PipelineError('DATA_INVALID', `The header of the CSV file ${found}`);
}
