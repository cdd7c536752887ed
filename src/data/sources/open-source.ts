/** A source of any format to a table, and the digests of the files that were read. */
import { PipelineError } from '../../errors.ts';
import { readCsv } from '../read-csv.ts';
import { readSourceFile } from '../source-file.ts';
import type { Table } from '../table.ts';
import type { SourceFiles } from './source-files.ts';
import { queryTables, readParquet } from './query-tables.ts';
import { readImageFolder, readTextFolder, type RootOf } from './read-folders.ts';
import { readIdx, type IdxFiles } from './read-idx.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { readParallelText, readTsv } from './read-tsv.ts';
import { formatOf, isTableFormat, type SourceFormat } from './source-format.ts';

export interface SourceOptions {
  readonly source: string;
  /** @default by the file's ending */
  readonly format?: SourceFormat | undefined;
  /** SQL over the source, called `data`, and over `tables`. */
  readonly query?: string | undefined;
  /** More files that the query may read, by their names in it. */
  readonly tables?: Readonly<Record<string, string>> | undefined;
  /** IDX: the file of labels. */
  readonly labels?: string | undefined;
  /** IDX: the files of the test part. */
  readonly testFiles?: { readonly images: string; readonly labels: string } | undefined;
}

export interface Surroundings {
  /** The absolute folder that a path is relative to. */
  readonly rootOf: RootOf;
  /** Folder for private copies. */
  readonly scratch: string;
  /** Notes each file that was read. */
  readonly files: SourceFiles;
  readonly signal?: AbortSignal | undefined;
  /** Tells that the work goes on; called often. @default nobody is told */
  readonly heartbeat?: (() => void) | undefined;
}

/**
 * @throws PipelineError `SPEC_INVALID` for a key that the format does not know; as the readers and
 * `readSourceFile`.
 */
export async function openSource(options: SourceOptions, around: Surroundings): Promise<Table> {
  const format = options.format ?? formatOf(options.source);
  requireKnownKeys(options, format);
  const { rootOf, files, signal } = around;
  const folder = { rootOf, folder: options.source, noteFile: files.note, signal };
  if (format === 'image-folder') return readImageFolder(folder);
  if (format === 'text-folder') return readTextFolder(folder);
  if (format === 'idx') return openIdx(options, around);
  if (options.query !== undefined) return openQuery(options, options.query, around);
  const bytes = await readFile(options.source, around);
  switch (format) {
    case 'csv':
      return readCsv(bytes, around.scratch);
    case 'tsv':
      return readTsv(bytes);
    case 'json':
      return readJson(bytes);
    case 'jsonl':
      return readJsonLines(bytes);
    case 'parquet':
      return readParquet(bytes, around);
    case 'parallel-text':
      return readParallelText(bytes);
  }
}

async function openQuery(
  { source, format, tables = {} }: SourceOptions,
  sql: string,
  around: Surroundings,
): Promise<Table> {
  const files = [];
  for (const { path, ...table } of namedTables({ source, format, tables })) {
    files.push({ ...table, bytes: await readFile(path, around) });
  }
  const { scratch, signal } = around;
  return queryTables({ files, sql, scratch, signal });
}

/** The files that a query reads. @throws PipelineError `SPEC_INVALID` */
export function namedTables({ source, format, tables = {} }: SourceOptions) {
  if (Object.hasOwn(tables, 'data')) {
    throw new PipelineError('SPEC_INVALID', 'A table cannot be called `data`: that is the source');
  }
  const named = [['data', source] as const, ...Object.entries(tables)];
  return named.map(([name, path]) => {
    const found = name === 'data' ? (format ?? formatOf(path)) : formatOf(path);
    if (!isTableFormat(found)) throw notForQuery(found);
    return { name, path, format: found };
  });
}

async function openIdx(options: SourceOptions, around: Surroundings): Promise<Table> {
  const { source, labels, testFiles } = options;
  if (labels === undefined) {
    throw new PipelineError('SPEC_MISSING_KEY', 'A source of format idx needs its `labels`', {
      remedy: 'give the path of the file of labels',
    });
  }
  const readPair = async (images: string, labelFile: string): Promise<IdxFiles> => ({
    images: await readFile(images, around),
    labels: await readFile(labelFile, around),
  });
  const train = await readPair(source, labels);
  return readIdx(train, testFiles && (await readPair(testFiles.images, testFiles.labels)));
}

async function readFile(path: string, { rootOf, files }: Surroundings): Promise<Uint8Array> {
  const { bytes, sha256 } = await readSourceFile(await rootOf(path), path);
  files.note(path, sha256);
  return bytes;
}

/** @throws PipelineError `SPEC_INVALID` for a key that the format does not know. */
export function requireKnownKeys(options: SourceOptions, format: SourceFormat): void {
  const { query, tables, labels, testFiles } = options;
  const isIdx = format === 'idx';
  if (!isIdx && (labels !== undefined || testFiles !== undefined)) {
    const key = labels === undefined ? 'testFiles' : 'labels';
    throw new PipelineError('SPEC_INVALID', `\`${key}\` is of format idx; the source is ${format}`);
  }
  if (query !== undefined && !isTableFormat(format)) throw notForQuery(format);
  if (query === undefined && tables !== undefined) {
    throw new PipelineError('SPEC_INVALID', '`tables` are what a `query` reads; there is none');
  }
}

const notForQuery = (format: SourceFormat): PipelineError =>
  new PipelineError('SPEC_INVALID', `A query cannot read the format ${format}`, {
    remedy: 'it reads csv, tsv, json, jsonl and parquet',
  });
