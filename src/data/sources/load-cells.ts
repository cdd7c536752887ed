/** Files of each format that streams, from their copies into a column store. */
import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openAppender } from '../cell-appender.ts';
import { createCells, insertCells } from '../column-store.ts';
import { HEADER_BYTES, readCsvHeader } from '../csv-header.ts';
import { PipelineError } from '../../errors.ts';
import { csvQuery, unreadableCsv } from '../read-csv.ts';
import { listed } from '../table.ts';
import { describeResult, withViews, type TableView } from './query-tables.ts';
import { addKeys, cellsOfObject, parseJsonText } from './read-json.ts';
import { emptySide, fieldsOf, PARALLEL_COLUMNS, readTsvHeader } from './read-tsv.ts';
import { textLines, type TextLine } from './text-lines.ts';

/** A private copy of a file. */
export interface CopiedFile {
  /** As messages name it, such as `The CSV file`; of several with the path of each. */
  readonly what: string;
  /** Absolute. */
  readonly copy: string;
}

export interface Loading {
  readonly connection: DuckDBConnection;
  /** Of the column store, to be made. */
  readonly file: string;
  /** At least one; their rows follow one another. */
  readonly copies: readonly CopiedFile[];
  /** Called now and then. @throws to stop. */
  readonly beat: () => void;
}

export interface LoadedColumns {
  readonly columns: readonly string[];
  readonly texts?: readonly string[];
}

/** @throws PipelineError as `readCsv`; `DATA_INVALID` for files of other columns. */
export async function loadCsv({ connection, file, copies, beat }: Loading): Promise<LoadedColumns> {
  const same = new SameColumns();
  for (const { copy, what } of copies) {
    beat();
    const columns = readCsvHeader(await firstBytes(copy));
    const isFirst = same.add(columns, what);
    if (isFirst) await createCells(connection, { file, columns: columns.length });
    try {
      await insertCells(connection, csvQuery(columns.length), [copy]);
    } catch (cause) {
      throw unreadableCsv(cause, what);
    }
  }
  return { columns: same.columns };
}

/** @throws PipelineError as `queryTables`; `DATA_INVALID` for files of other columns. */
export async function loadParquet(loading: Loading): Promise<LoadedColumns> {
  const same = new SameColumns();
  for (const [index, { copy, what }] of loading.copies.entries()) {
    loading.beat();
    const name = `data${index}`;
    const views = [{ name, format: 'parquet', copy }] as const;
    await loadQuery(loading, { views, sql: `SELECT * FROM ${name}`, same, what });
  }
  return { columns: same.columns };
}

export interface LoadedQuery {
  readonly views: readonly TableView[];
  readonly sql: string;
  /** Where the results of several queries follow one another. */
  readonly same?: SameColumns;
  readonly what?: string;
}

/** @throws PipelineError as `queryTables` */
export async function loadQuery(
  { connection, file }: Loading,
  { views, sql, same = new SameColumns(), what = 'The result' }: LoadedQuery,
): Promise<LoadedColumns> {
  await withViews(connection, { views, sql }, async () => {
    const { columns, select } = await describeResult(connection, sql);
    const isFirst = same.add(columns, what);
    if (isFirst) await createCells(connection, { file, columns: columns.length });
    await insertCells(connection, select);
  });
  return { columns: same.columns };
}

/** @throws PipelineError as `readTsv`; `DATA_INVALID` for files of other columns. */
export async function loadTsv(loading: Loading): Promise<LoadedColumns> {
  const same = new SameColumns();
  for (const { copy, what } of loading.copies) {
    same.add(readTsvHeader(await firstLine(copy, what)), what);
  }
  const { columns } = same;
  await appendLines(loading, columns, (line) =>
    line.number === 1 ? null : fieldsOf(withoutReturn(line), columns.length, line.number),
  );
  return { columns };
}

async function firstLine(copy: string, what: string): Promise<string | undefined> {
  for await (const line of textLines(copy, what)) return withoutReturn(line);
  return undefined;
}

/** @throws PipelineError as `readParallelText` */
export async function loadParallelText(loading: Loading): Promise<LoadedColumns> {
  await appendLines(loading, PARALLEL_COLUMNS, (line) => {
    const fields = fieldsOf(withoutReturn(line), PARALLEL_COLUMNS.length, line.number);
    const empty = fields.findIndex((field) => field.trim() === '');
    if (empty >= 0) throw emptySide(empty, line.number);
    return fields;
  });
  return { columns: PARALLEL_COLUMNS, texts: PARALLEL_COLUMNS };
}

/** Reads the lines twice: first their keys. @throws PipelineError as `readJsonLines` */
export async function loadJsonLines(loading: Loading): Promise<LoadedColumns> {
  const keys = new Set<string>();
  const parse = ({ text, number }: TextLine, what: string): unknown =>
    text.trim() === '' ? null : parseJsonText(text, `${what}, line ${number}`);
  for (const { copy, what } of loading.copies) {
    for await (const line of textLines(copy, what)) {
      if (line.number % LINES_BETWEEN_BEATS === 0) loading.beat();
      if (line.text.trim() === '') continue;
      addKeys(keys, parse(line, what), `${what}, line ${line.number}`);
    }
  }
  const columns = [...keys];
  await appendLines(loading, columns, (line, what) =>
    line.text.trim() === ''
      ? null
      : cellsOfObject(parse(line, what), columns, () => `${what}, line ${line.number}`),
  );
  return { columns };
}

const LINES_BETWEEN_BEATS = 1024;

/** @param cellsOf  gives `null` for a line that is no row. */
async function appendLines(
  { connection, file, copies, beat }: Loading,
  columns: readonly string[],
  cellsOf: (line: TextLine, what: string) => readonly (string | null)[] | null,
): Promise<void> {
  // Without a row there is no key: the target is missing, and that is said later.
  const count = Math.max(1, columns.length);
  await createCells(connection, { file, columns: count });
  const appender = await openAppender(connection, count);
  try {
    for (const { copy, what } of copies) {
      for await (const line of textLines(copy, what)) {
        if (line.number % LINES_BETWEEN_BEATS === 0) beat();
        const cells = cellsOf(line, what);
        if (cells !== null) appender.append(cells);
      }
    }
  } finally {
    appender.end();
  }
}

const withoutReturn = ({ text, isEnded }: TextLine): string =>
  isEnded && text.endsWith('\r') ? text.slice(0, -1) : text;

async function firstBytes(copy: string): Promise<Uint8Array> {
  const handle = await open(copy, 'r');
  try {
    const bytes = new Uint8Array(HEADER_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, HEADER_BYTES, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Files whose rows follow one another have the same columns in the same order. */
class SameColumns {
  #first: { readonly columns: readonly string[]; readonly what: string } | null = null;

  get columns(): readonly string[] {
    return this.#first?.columns ?? [];
  }

  /** @returns whether these are the first. @throws PipelineError `DATA_INVALID` for others. */
  add(columns: readonly string[], what: string): boolean {
    const first = this.#first;
    this.#first ??= { columns, what };
    if (first === null) return true;
    if (JSON.stringify(first.columns) === JSON.stringify(columns)) return false;
    throw new PipelineError(
      'DATA_INVALID',
      `${what} has the columns ${listed(columns)}; ${first.what} has ${listed(first.columns)}`,
      { remedy: 'give all files the same columns in the same order' },
    );
  }
}
