/** Reads CSV as text cells by DuckDB, shut off from everything but the one file. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { isPipelineError, PipelineError } from '../errors.ts';
import { CellCollector } from './cell-collector.ts';
import { readCsvHeader } from './csv-header.ts';
import { duckDbMessage, withDuckDb } from './duckdb-session.ts';
import { withPrivateCopies } from './private-copies.ts';
import type { Table } from './table.ts';

/**
 * @param bytes  UTF-8, comma-separated, with a header (RFC 4180). A cell that is empty or
 * blank is missing.
 * @param scratch  folder for a private copy: the source may change, the copy does not.
 * @returns rows in the order of the file.
 * @throws PipelineError `DATA_INVALID` naming the line; `DATA_TOO_LARGE` over 50 million cells.
 */
export async function readCsv(bytes: Uint8Array, scratch: string): Promise<Table> {
  const columns = readCsvHeader(bytes);
  const cells = await withPrivateCopies(scratch, [bytes], (files) =>
    withDuckDb({ files }, (connection) => readCells(connection, files[0] ?? '', columns.length)),
  );
  return { columns, cells };
}

async function readCells(
  connection: DuckDBConnection,
  file: string,
  columns: number,
): Promise<(string | null)[][]> {
  const collector = new CellCollector(columns);
  try {
    await collector.appendAll(await connection.stream(csvQuery(columns), [file]));
  } catch (cause) {
    throw isPipelineError(cause) ? cause : unreadableCsv(cause);
  }
  return collector.cells;
}

/** All cells as text, of a file that is the query's parameter. */
export function csvQuery(columns: number): string {
  const types = Array.from({ length: columns }, (_, index) => `c${index}: 'VARCHAR'`).join(', ');
  return `SELECT * FROM read_csv($1, auto_detect = false, header = true, delim = ',',
    quote = '"', escape = '"', columns = {${types}}, strict_mode = true)`;
}

/** @param file  as a message names it. */
export const unreadableCsv = (cause: unknown, file = 'The CSV file'): PipelineError =>
  new PipelineError('DATA_INVALID', `${file} cannot be read: ${duckDbMessage(cause)}`, {
    cause,
    remedy: 'mend the line; cells are quoted as in RFC 4180, and all lines end alike',
  });
