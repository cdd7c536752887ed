/** The rows of a source: in memory where they are few, from disk in blocks where they are many. */
import type { DatasetStep } from '../../activities/step-types.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { isPattern } from '../../source-pattern.ts';
import { blocksOf, type RowBlocks } from '../row-blocks.ts';
import { sizeSourceFile } from '../source-file.ts';
import {
  namedTables,
  openSource,
  requireKnownKeys,
  type SourceOptions,
  type Surroundings,
} from './open-source.ts';
import { formatOf, type SourceFormat } from './source-format.ts';
import { expandSource } from './source-shards.ts';
import { isStreamed, type StreamedSource, withStreamedRows } from './stream-source.ts';

export interface RowOptions extends SourceOptions, Pick<DatasetStep['with'], 'features'> {
  /** Files of more MiB together are read in blocks. */
  readonly memory?: { readonly limitMiB: number } | undefined;
}

const DEFAULT_LIMIT_MIB = 64;
const MIB = 2 ** 20;

/**
 * Gives the same rows either way. Folders, IDX, JSON that is no JSON Lines, and pictures in files that
 * cells name are in memory, whatever their size; several files are always read in blocks, and so is a
 * table of over 50 million cells.
 *
 * @param work  reads the rows; they cannot be read afterwards.
 * @throws PipelineError as `openSource` and `expandSource`; `SPEC_UNSUPPORTED` for several files of
 * what is in memory; `DISK_FULL`; what `work` throws.
 */
export async function withRows<T>(
  options: RowOptions,
  around: Surroundings,
  work: (rows: RowBlocks) => Promise<T>,
): Promise<T> {
  const format = options.format ?? formatOf(options.source);
  requireKnownKeys(options, format);
  const reason = reasonForMemory(options, format);
  if (isPattern(options.source) && reason !== null) throw oneFileOnly(options.source, reason);
  if (reason !== null) return work(blocksOf(await openSource(options, around)));
  const streamed = await filesOf(options, format, around);
  if (await isLarge(options, streamed)) return withStreamedRows(streamed, around, work);
  const rows = await openIfItFits(options, around);
  return rows === null ? withStreamedRows(streamed, around, work) : work(rows);
}

/** Why a source cannot be read in blocks; `null` if it can. */
function reasonForMemory({ query, features = [] }: RowOptions, format: SourceFormat) {
  const names = features.some(({ from }) => from === 'files');
  if (names) return 'its cells name pictures';
  if (query !== undefined) return null;
  return isStreamed(format) ? null : `its format is ${format}`;
}

const oneFileOnly = (source: string, reason: string): PipelineError =>
  new PipelineError(
    'SPEC_UNSUPPORTED',
    `The source ${JSON.stringify(source)} is a pattern for several files, but ${reason}`,
    { remedy: 'name one file; csv, tsv, jsonl, parquet and parallel-text may be several' },
  );

async function filesOf(
  options: RowOptions,
  format: SourceFormat,
  { rootOf }: Surroundings,
): Promise<StreamedSource> {
  const { source, query } = options;
  const files = [];
  if (query === undefined) {
    const root = await rootOf(source);
    for (const path of await expandSource(root, source)) {
      files.push({ path, root, name: 'data', format });
    }
    return { files };
  }
  for (const table of namedTables(options)) {
    if (isPattern(table.path)) throw oneFileOnly(table.path, 'a query reads one file by each name');
    files.push({ ...table, root: await rootOf(table.path) });
  }
  return { files, query };
}

async function isLarge(
  { source, memory }: RowOptions,
  { files }: StreamedSource,
): Promise<boolean> {
  if (isPattern(source)) return true;
  let bytes = 0;
  for (const { root, path } of files) bytes += await sizeSourceFile(root, path);
  return bytes > (memory?.limitMiB ?? DEFAULT_LIMIT_MIB) * MIB;
}

/** `null` for a table of too many cells: a small file of Parquet, or a query, may give them. */
async function openIfItFits(options: RowOptions, around: Surroundings): Promise<RowBlocks | null> {
  try {
    return blocksOf(await openSource(options, around));
  } catch (error) {
    if (isPipelineError(error) && error.code === 'DATA_TOO_LARGE') return null;
    throw error;
  }
}
