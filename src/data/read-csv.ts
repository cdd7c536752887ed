/** Reads CSV as text cells by DuckDB, shut off from everything but the one file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { PipelineError } from '../errors.ts';
import { readCsvHeader } from './csv-header.ts';
import type { Table } from './table.ts';

/** As JavaScript strings these take some gigabytes. */
const MAX_CELLS = 50_000_000;

/**
 * @param bytes  UTF-8, comma-separated, with a header (RFC 4180). A cell that is empty or
 * blank is missing.
 * @param scratch  folder for a private copy: the source may change, the copy does not.
 * @returns rows in the order of the file.
 * @throws PipelineError `DATA_INVALID` naming the line; `DATA_TOO_LARGE` over 50 million cells.
 */
export async function readCsv(bytes: Uint8Array, scratch: string): Promise<Table> {
  const columns = readCsvHeader(bytes);
  const folder = await mkdtemp(path.join(scratch, 'csv-'));
  try {
    const file = path.join(folder, 'source.csv');
    await writeFile(file, bytes, { mode: 0o600 });
    return { columns, cells: await queryCells(file, columns.length) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function queryCells(file: string, columns: number): Promise<(string | null)[][]> {
  // One thread: the order of the file, whatever its size.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    try {
      await shutOff(connection, file);
      return await readCells(connection, file, columns);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** No extension is fetched or loaded, and no file but this one can be read. */
async function shutOff(connection: DuckDBConnection, file: string): Promise<void> {
  await connection.run('SET autoinstall_known_extensions = false');
  await connection.run('SET autoload_known_extensions = false');
  // SET takes no parameters; the path is ours, and quotes in it are doubled.
  await connection.run(`SET allowed_paths = ['${file.replaceAll("'", "''")}']`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function readCells(
  connection: DuckDBConnection,
  file: string,
  columns: number,
): Promise<(string | null)[][]> {
  const types = Array.from({ length: columns }, (_, index) => `c${index}: 'VARCHAR'`).join(', ');
  const query = `SELECT * FROM read_csv($1, auto_detect = false, header = true, delim = ',',
    quote = '"', escape = '"', columns = {${types}}, strict_mode = true)`;
  const cells: (string | null)[][] = Array.from({ length: columns }, () => []);
  try {
    const result = await connection.stream(query, [file]);
    for (
      let chunk = await result.fetchChunk();
      chunk?.rowCount;
      chunk = await result.fetchChunk()
    ) {
      appendColumns(cells, chunk.getColumns() as (string | null)[][]);
    }
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw describe(cause);
  }
  return cells;
}

function appendColumns(cells: (string | null)[][], more: readonly (string | null)[][]): void {
  more.forEach((column, index) => {
    const target = cells[index] as (string | null)[];
    for (const cell of column) target.push(cell?.trim() === '' ? null : cell);
  });
  const total = cells.length * (cells[0]?.length ?? 0);
  if (total <= MAX_CELLS) return;
  throw new PipelineError('DATA_TOO_LARGE', `The source has over ${MAX_CELLS} cells`);
}

/** DuckDB's message without its advice, which speaks of options a pipeline does not have. */
function describe(cause: unknown): PipelineError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [said = text] = text.split('\nPossible ');
  // One of the lines is that of the file, which may be megabytes long.
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.length > 200 ? `${line.slice(0, 200)}…` : line));
  const message = lines
    .join('; ')
    .replace(/^Invalid Input Error: /, '')
    .slice(0, 500);
  return new PipelineError('DATA_INVALID', `The CSV file cannot be read: ${message}`, {
    cause,
    remedy: 'mend the line; cells are quoted as in RFC 4180, and all lines end alike',
  });
}
