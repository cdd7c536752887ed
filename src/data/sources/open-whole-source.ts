/** A source as one table in memory, also one of several files. */
import { isPattern } from '../../source-pattern.ts';
import { CellCollector } from '../cell-collector.ts';
import type { RowBlocks } from '../row-blocks.ts';
import type { Table } from '../table.ts';
import { withRows } from './open-rows.ts';
import { openSource, type Surroundings } from './open-source.ts';

/** @throws PipelineError as `withRows`; `DATA_TOO_LARGE` over 50 million cells. */
export function openWholeSource(source: string, around: Surroundings): Promise<Table> {
  if (!isPattern(source)) return openSource({ source }, around);
  return withRows({ source }, around, gather);
}

async function gather(rows: RowBlocks): Promise<Table> {
  const { columns } = rows;
  const collected = new CellCollector(columns.length);
  for await (const block of rows.blocks(columns)) {
    collected.appendColumns(columns.map((name) => block.cells[block.columns.indexOf(name)] ?? []));
  }
  return { columns, cells: collected.cells };
}
