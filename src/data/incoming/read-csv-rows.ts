/** CSV a record at a time, in memory that does not grow with the file. */
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { PipelineError } from '../../errors.ts';
import { MAX_COLUMNS } from '../csv-header.ts';
import {
  decodeText,
  MAX_ROW_CHARS,
  requireColumns,
  type IncomingRow,
  type ReadOptions,
  type RowSource,
} from './incoming-rows.ts';

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads comma-separated text with a header (RFC 4180) as `readCsv` does, but as a stream.
 *
 * @throws PipelineError `DATA_INVALID` for a header that lacks a column, names one twice or has an
 * empty name, a misplaced or open quote, text that is not UTF-8, a record above 16 million characters.
 */
export async function* readCsvRows(
  source: RowSource,
  options: ReadOptions,
): AsyncGenerator<IncomingRow> {
  let places: readonly number[] | null = null;
  let cells = 0;
  let row = 0;
  for await (const { record, info } of records(source)) {
    if (places === null) {
      places = placesIn(record, source.name, options);
      cells = record.length;
      continue;
    }
    yield {
      row,
      line: info.lines,
      values: places.map((place) => record[place]),
      fault:
        record.length === cells
          ? undefined
          : {
              message: `it has ${record.length} cells, the header ${cells}`,
              remedy: 'give every row as many cells as the header; quote cells that hold a comma',
            },
    };
    row += 1;
  }
  if (places === null) {
    throw new PipelineError('DATA_INVALID', `${source.name} is empty: it has no header`, {
      remedy: 'begin it with the names of the columns',
    });
  }
}

async function* records(source: RowSource): AsyncGenerator<CsvRecord> {
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARS,
  });
  // An error of the source ends the parser with that error; the loop below throws it.
  pipeline(Readable.from(decodeText(source)), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<CsvRecord>;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new PipelineError('DATA_INVALID', `${source.name} cannot be read: ${cause.message}`, {
      remedy: 'mend the line; cells are quoted as in RFC 4180',
      cause,
    });
  }
}

function placesIn(
  header: readonly string[],
  name: string,
  { columns, known, onIgnored }: ReadOptions,
): number[] {
  const refuse = (found: string): PipelineError =>
    new PipelineError('DATA_INVALID', `the header of ${name} ${found}`, {
      remedy: 'give every column one name of its own',
    });
  if (header.length > MAX_COLUMNS) {
    throw refuse(`has ${header.length} columns; at most ${MAX_COLUMNS}`);
  }
  const places = new Map<string, number>();
  for (const [index, column] of header.entries()) {
    if (column.trim() === '') throw refuse(`has no name for column ${index + 1}`);
    if (places.has(column)) throw refuse(`names the column ${JSON.stringify(column)} twice`);
    places.set(column, index);
  }
  requireColumns(name, header, columns);
  const read = new Set([...columns, ...known]);
  const ignored = header.filter((column) => !read.has(column));
  if (ignored.length > 0) onIgnored(ignored);
  return columns.map((column) => places.get(column) as number);
}
