/** A source as a column store in the scratch folder, which is gone when the work is done. */
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFailure } from '../../artifacts/atomic-file.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { readStore } from '../column-store.ts';
import { withDuckDb } from '../duckdb-session.ts';
import type { RowBlocks } from '../row-blocks.ts';
import { streamSourceFile } from '../source-file.ts';
import {
  loadCsv,
  type LoadedColumns,
  type Loading,
  loadJsonLines,
  loadParallelText,
  loadParquet,
  loadQuery,
  loadTsv,
} from './load-cells.ts';
import type { Surroundings } from './open-source.ts';
import { isTableFormat, type SourceFormat } from './source-format.ts';

/** A file of the source, or one that its query reads. */
export interface FileToStream {
  /** Relative to `root`. */
  readonly path: string;
  readonly root: string;
  /** As the query calls it. */
  readonly name: string;
  readonly format: SourceFormat;
}

export interface StreamedSource {
  readonly files: readonly FileToStream[];
  readonly query?: string | undefined;
}

const LOADERS: Partial<
  Readonly<Record<SourceFormat, (loading: Loading) => Promise<LoadedColumns>>>
> = {
  csv: loadCsv,
  tsv: loadTsv,
  jsonl: loadJsonLines,
  parquet: loadParquet,
  'parallel-text': loadParallelText,
};

export const isStreamed = (format: SourceFormat): boolean => LOADERS[format] !== undefined;

const PREFIX = 'stream-';
const BEAT_MS = 5_000;

/**
 * @param work  reads the rows; they cannot be read afterwards.
 * @throws PipelineError as `openSource`; `DISK_FULL`; what `work` throws.
 */
export async function withStreamedRows<T>(
  source: StreamedSource,
  around: Surroundings,
  work: (rows: RowBlocks) => Promise<T>,
): Promise<T> {
  const { scratch, signal, heartbeat = () => undefined } = around;
  await removeStrays(scratch);
  const folder = await mkdtemp(path.join(scratch, PREFIX));
  try {
    const copies = await copyFiles(source.files, folder, around);
    const file = path.join(folder, 'cells.db');
    const own = ['', '.wal', '.wal.checkpoint', '.wal.recovery'].map((end) => `${file}${end}`);
    const files = [...copies.map(({ copy }) => copy), ...own];
    const spill = path.join(folder, 'spill');
    return await withDuckDb({ files, signal, spill }, async (connection) => {
      const loaded = await load(source, { connection, file, copies, beat: beatOf(around) });
      for (const { copy } of copies) await rm(copy);
      const store = { connection, ...loaded, signal, heartbeat };
      return await work(await readStore(store));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of an attempt that was killed: a later one supersedes it. */
async function removeStrays(scratch: string): Promise<void> {
  await mkdir(scratch, { recursive: true });
  for (const name of await readdir(scratch)) {
    if (!name.startsWith(PREFIX)) continue;
    await rm(path.join(scratch, name), { recursive: true, force: true });
  }
}

const beatOf =
  ({ signal, heartbeat }: Surroundings) =>
  (): void => {
    signal?.throwIfAborted();
    heartbeat?.();
  };

/** What is hashed is what is read, whatever happens to the files meanwhile. */
async function copyFiles(files: readonly FileToStream[], folder: string, around: Surroundings) {
  const copies = [];
  const beat = beatOf(around);
  for (const [index, { root, path: source, format }] of files.entries()) {
    const copy = path.join(folder, `source-${index}`);
    const note = (sha256: string) => around.files.note(source, sha256);
    await writePieces(copy, streamSourceFile(root, source, note), beat);
    const what = `The ${NAMES[format] ?? format} file`;
    copies.push({ copy, what: files.length === 1 ? what : `${what} ${JSON.stringify(source)}` });
  }
  return copies;
}

const NAMES: Partial<Readonly<Record<SourceFormat, string>>> = {
  csv: 'CSV',
  tsv: 'TSV',
  'parallel-text': 'TSV',
  jsonl: 'JSON Lines',
  parquet: 'Parquet',
};

async function writePieces(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  beat: () => void,
): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const piece of pieces) {
      beat();
      await handle.writeFile(piece).catch((error: unknown) => {
        throw writeFailure(file, error);
      });
    }
  } finally {
    await handle.close();
  }
}

/** A long statement of DuckDB's runs beside the event loop, so that a timer can beat for it. */
async function load(source: StreamedSource, loading: Loading): Promise<LoadedColumns> {
  const timer = setInterval(() => {
    try {
      loading.beat();
    } catch {
      // Aborted: DuckDB is interrupted as well, and its statement fails.
    }
  }, BEAT_MS);
  try {
    return await loadAny(source, loading);
  } catch (cause) {
    throw storageFailure(loading.file, cause) ?? cause;
  } finally {
    clearInterval(timer);
  }
}

function loadAny({ files, query }: StreamedSource, loading: Loading): Promise<LoadedColumns> {
  const views = files.flatMap(({ name, format }, index) =>
    isTableFormat(format) ? [{ name, format, copy: loading.copies[index]?.copy ?? '' }] : [],
  );
  if (query !== undefined) return loadQuery(loading, { views, sql: query });
  const [first] = files;
  const loader = first && LOADERS[first.format];
  if (loader) return loader(loading);
  throw new PipelineError('INTERNAL', `The format ${first?.format} is not read in blocks`);
}

/**
 * What DuckDB says of a full disk, or of memory that a query cannot spare.
 *
 * @returns `null` for anything else.
 */
export function storageFailure(file: string, cause: unknown): PipelineError | null {
  const inner = isPipelineError(cause) ? cause.cause : cause;
  const said = inner instanceof Error ? inner.message : '';
  if (/no space left on device|disk quota exceeded/i.test(said)) {
    return writeFailure(file, Object.assign(new Error(said), { code: 'ENOSPC' }));
  }
  if (!/^Out of Memory Error/i.test(said)) return null;
  return new PipelineError('DATA_TOO_LARGE', 'The source needs more memory than it may have', {
    cause,
    remedy: 'leave out columns that are not used, or cells of very long texts, by `query`',
  });
}
