/** The rows of a source: in memory, or read from disk in blocks where they are many. */
import { blocksOf, type RowBlocks } from '../row-blocks.ts';
import { openSource, type SourceOptions, type Surroundings } from './open-source.ts';

export async function withRows<T>(
  options: SourceOptions,
  around: Surroundings,
  work: (rows: RowBlocks) => Promise<T>,
): Promise<T> {
  return work(blocksOf(await openSource(options, around)));
}
