/** The rows of a source in blocks, so that they need not be in memory together. */
import { type Table, requireColumn, rowCount } from './table.ts';

export interface RowBlocks {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Columns that the source says are texts. */
  readonly texts?: readonly string[] | undefined;
  /** The whole table, where it is in memory. */
  readonly whole?: Table | undefined;
  /**
   * All rows in their order, each block a table of at least these columns with its `firstRow`. One
   * iteration at a time.
   *
   * @throws PipelineError `DATA_INVALID` for a column that is not there.
   */
  blocks(columns: readonly string[]): AsyncIterable<Table>;
}

/** A table in memory as one block. */
export function blocksOf(table: Table): RowBlocks {
  const { columns, texts } = table;
  return {
    ...{ columns, texts, whole: table, rows: rowCount(table) },
    // eslint-disable-next-line @typescript-eslint/require-await -- blocks from disk are waited for
    blocks: async function* (names) {
      names.forEach((name) => requireColumn(table, name));
      yield table;
    },
  };
}

/** A cell and its row in the source. */
export type VisitCell = (cell: string | null, row: number) => void;

/** @throws PipelineError as `RowBlocks.blocks`, and what `visit` throws. */
export async function forEachCell(
  source: RowBlocks,
  column: string,
  visit: VisitCell,
): Promise<void> {
  for await (const { columns, cells, firstRow = 0 } of source.blocks([column])) {
    const some = cells[columns.indexOf(column)] ?? [];
    for (let row = 0; row < some.length; row += 1) visit(some[row] ?? null, firstRow + row);
  }
}

/** Whether every cell of a column passes; stops at the first that does not. */
export async function everyCell(
  source: RowBlocks,
  column: string,
  passes: (cell: string | null) => boolean,
): Promise<boolean> {
  for await (const { columns, cells } of source.blocks([column])) {
    if (!(cells[columns.indexOf(column)] ?? []).every(passes)) return false;
  }
  return true;
}

/**
 * @param rows  of the source, ascending.
 * @returns those in the block, as the block counts them.
 */
export function rowsInBlock(rows: Int32Array, block: Table): Int32Array {
  const first = block.firstRow ?? 0;
  const from = placeOf(rows, first);
  const some = rows.subarray(from, placeOf(rows, first + rowCount(block)));
  return first === 0 ? some : some.map((row) => row - first);
}

/** How many of ascending values are less. */
function placeOf(values: Int32Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
