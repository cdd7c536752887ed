/** Parquet, and SQL over files, to text cells. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { CellCollector } from '../cell-collector.ts';
import { MAX_COLUMNS } from '../csv-header.ts';
import { duckDbMessage, sqlName, sqlText, withDuckDb } from '../duckdb-session.ts';
import { withPrivateCopies } from '../private-copies.ts';
import type { Table } from '../table.ts';
import { findClockFunction } from './clock-functions.ts';
import type { TableFormat } from './source-format.ts';

export interface TableFile {
  /** As the query calls it. */
  readonly name: string;
  readonly format: TableFormat;
  readonly bytes: Uint8Array;
}

export interface Query {
  readonly files: readonly TableFile[];
  /** One SELECT. */
  readonly sql: string;
  /** Folder for private copies. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws PipelineError `DATA_INVALID` for what is no Parquet; `DATA_TOO_LARGE` */
export function readParquet(
  bytes: Uint8Array,
  { scratch, signal }: Pick<Query, 'scratch' | 'signal'>,
): Promise<Table> {
  const files = [{ name: 'data', format: 'parquet', bytes }] as const;
  return queryTables({ files, sql: 'SELECT * FROM data', scratch, signal });
}

/**
 * The result of a query over the files, each a view by its name. It reads nothing else: DuckDB is
 * shut off from the file system and the network, and only one SELECT is taken.
 *
 * Dates and times are as ISO 8601 with a blank, lists and structs are JSON, NaN is missing.
 *
 * @throws PipelineError `SPEC_INVALID` for what is not one SELECT, or reads the clock; `DATA_INVALID` with what DuckDB
 * says; `DATA_TOO_LARGE` over 50 million cells.
 */
export function queryTables({ files, sql, scratch, signal }: Query): Promise<Table> {
  const contents = files.map(({ bytes }) => bytes);
  return withPrivateCopies(scratch, contents, (copies) =>
    withDuckDb({ files: copies, signal }, async (connection) => {
      const views = files.map((file, index) => ({ ...file, copy: copies[index] as string }));
      return withViews(connection, { views, sql }, () => readResult(connection, sql));
    }),
  );
}

/** A file by the name that a query has for it. */
export interface TableView {
  readonly name: string;
  readonly format: TableFormat;
  /** Absolute path of the private copy. */
  readonly copy: string;
}

/**
 * @param work  may read the query's result.
 * @throws PipelineError as `queryTables`
 */
export async function withViews<T>(
  connection: DuckDBConnection,
  { views, sql }: { readonly views: readonly TableView[]; readonly sql: string },
  work: () => Promise<T>,
): Promise<T> {
  await requireOneSelect(connection, sql);
  try {
    // The same draw each time for a query that draws.
    await connection.run('SELECT setseed(0)');
    for (const view of views) await createView(connection, view);
    return await work();
  } catch (cause) {
    if (isPipelineError(cause)) throw cause;
    throw new PipelineError('DATA_INVALID', `The query failed: ${duckDbMessage(cause)}`, {
      cause,
    });
  }
}

const READERS: Readonly<Record<TableFormat, (file: string) => string>> = {
  csv: (file) => `read_csv(${file}, header = true, strict_mode = true, sample_size = -1)`,
  tsv: (file) =>
    `read_csv(${file}, header = true, delim = '\t', quote = '', escape = '', sample_size = -1)`,
  json: (file) => `read_json(${file}, format = 'array', sample_size = -1)`,
  jsonl: (file) => `read_json(${file}, format = 'newline_delimited', sample_size = -1)`,
  parquet: (file) => `read_parquet(${file})`,
};

async function createView(
  connection: DuckDBConnection,
  { name, format, copy }: TableView,
): Promise<void> {
  const reader = READERS[format](sqlText(copy));
  try {
    await connection.run(`CREATE VIEW ${sqlName(name)} AS SELECT * FROM ${reader}`);
  } catch (cause) {
    // What follows is our own SQL.
    const [said = ''] = duckDbMessage(cause).replaceAll(copy, name).split('; LINE ');
    throw new PipelineError(
      'DATA_INVALID',
      `The ${format} file "${name}" cannot be read: ${said}`,
      {
        cause,
      },
    );
  }
}

/** Within brackets only a SELECT is SQL; the first look keeps brackets from being closed early. */
async function requireOneSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  for (const text of [sql, bracketed(sql)]) {
    let count: number;
    try {
      count = (await connection.extractStatements(text)).count;
    } catch (cause) {
      throw notOneSelect(duckDbMessage(cause), cause);
    }
    if (count !== 1) throw notOneSelect(`it has ${count} statements`);
  }
  const clock = await findClockFunction(connection, sql);
  if (clock === null) return;
  throw new PipelineError('SPEC_INVALID', `The query reads the clock: ${clock}`, {
    remedy:
      'give the time as a parameter of the pipeline, so that the same run gives the same data',
  });
}

function notOneSelect(found: string, cause?: unknown): PipelineError {
  return new PipelineError('SPEC_INVALID', `The query must be one SELECT: ${found}`, {
    cause,
    remedy: 'write SELECT … FROM data, without a semicolon and a second statement',
  });
}

/** A last line may be a comment. */
const bracketed = (sql: string): string => `SELECT * FROM (${sql}\n)`;

async function readResult(connection: DuckDBConnection, sql: string): Promise<Table> {
  const { columns, select } = await describeResult(connection, sql);
  const collector = new CellCollector(columns.length);
  await collector.appendAll(await connection.stream(select));
  return { columns, cells: collector.cells };
}

/**
 * @returns the columns of a query's result, and the query that gives them as text.
 * @throws PipelineError `DATA_INVALID`, `SPEC_UNSUPPORTED` for columns that no table has.
 */
export async function describeResult(
  connection: DuckDBConnection,
  sql: string,
): Promise<{ readonly columns: readonly string[]; readonly select: string }> {
  const described = await connection.runAndReadAll(`DESCRIBE ${bracketed(sql)}`);
  const columns = described.getRowObjects().map((row) => ({
    name: String(row['column_name']),
    type: String(row['column_type']),
  }));
  if (columns.length > MAX_COLUMNS) {
    throw new PipelineError('DATA_INVALID', `${columns.length} columns; at most ${MAX_COLUMNS}`);
  }
  const names = columns.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new PipelineError(
      'DATA_INVALID',
      `The column ${JSON.stringify(repeated)} is there twice`,
    );
  }
  const list = columns.map(({ name, type }) => asText(name, type)).join(', ');
  return { columns: names, select: `SELECT ${list} FROM (${sql}\n)` };
}

function asText(name: string, type: string): string {
  const column = sqlName(name);
  if (type === 'BLOB') {
    throw new PipelineError('SPEC_UNSUPPORTED', `The column ${JSON.stringify(name)} holds bytes`, {
      remedy: 'leave it out by `query`',
    });
  }
  if (type === 'FLOAT' || type === 'DOUBLE') {
    return `CASE WHEN isnan(${column}) THEN NULL ELSE ${column}::VARCHAR END`;
  }
  const isNested = /\]$|^(?:STRUCT|MAP|UNION|JSON)/.test(type);
  return isNested ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
}
