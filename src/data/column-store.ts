/** A table on disk, column beside column: read a block at a time. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { present } from './cell-collector.ts';
import { sqlText } from './duckdb-session.ts';
import type { RowBlocks } from './row-blocks.ts';
import { requireColumn, type Table } from './table.ts';

/** A block ends after either. */
const CELLS_OF_BLOCK = 2 ** 12;
const CHARACTERS_OF_BLOCK = 2 ** 23;
/** Cells that are in memory together while the table is filled, and rows that DuckDB wants. */
const CELLS_OF_GROUP = 2 ** 21;
const VECTOR_ROWS = 2048;
const MAX_GROUP_ROWS = 122_880;

export const STORE_NAME = 'store';
export const CELLS_TABLE = 'cells';
const CELLS = `${STORE_NAME}.main.${CELLS_TABLE}`;

/** Makes the table, its columns `c0`, `c1`, …, in a file of its own. */
export async function createCells(
  connection: DuckDBConnection,
  { file, columns }: { readonly file: string; readonly columns: number },
): Promise<void> {
  const vectors = Math.floor(CELLS_OF_GROUP / columns / VECTOR_ROWS);
  const rows = Math.min(MAX_GROUP_ROWS, VECTOR_ROWS * Math.max(1, vectors));
  await connection.run(`ATTACH ${sqlText(file)} AS ${STORE_NAME} (ROW_GROUP_SIZE ${rows})`);
  const names = Array.from({ length: columns }, (_, index) => `c${index} VARCHAR`);
  await connection.run(`CREATE TABLE ${CELLS} (${names.join(', ')})`);
}

/** Appends what a query gives, in its order. @param parameters  of the query. */
export async function insertCells(
  connection: DuckDBConnection,
  query: string,
  parameters: readonly string[] = [],
): Promise<void> {
  await connection.run(`INSERT INTO ${CELLS} ${query}`, [...parameters]);
}

export interface FilledStore {
  readonly connection: DuckDBConnection;
  readonly columns: readonly string[];
  readonly texts?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly heartbeat: () => void;
}

/** The rows in the order in which they were appended. */
export async function readStore({ connection, ...store }: FilledStore): Promise<RowBlocks> {
  const { columns, texts, signal, heartbeat } = store;
  await connection.run(`CHECKPOINT ${STORE_NAME}`);
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${CELLS}`);
  return {
    columns,
    texts,
    rows: Number(counted.getRows()[0]?.[0]),
    blocks: async function* (wanted) {
      wanted.forEach((name) => requireColumn({ columns }, name));
      const names = [...new Set(wanted)];
      for await (const block of readBlocks(connection, names, columns)) {
        signal?.throwIfAborted();
        heartbeat();
        yield block;
      }
    },
  };
}

async function* readBlocks(
  connection: DuckDBConnection,
  names: readonly string[],
  columns: readonly string[],
): AsyncGenerator<Table> {
  const list = names.map((name) => `c${columns.indexOf(name)}`).join(', ');
  const result = await connection.stream(`SELECT ${list} FROM ${CELLS}`);
  let firstRow = 0;
  let block = emptyBlock(names.length);
  for (;;) {
    const chunk = await result.fetchChunk();
    const rows = chunk?.rowCount ?? 0;
    if (chunk && rows > 0) append(block, chunk.getColumns() as (string | null)[][]);
    const length = block.cells[0]?.length ?? 0;
    const isFull =
      length * names.length >= CELLS_OF_BLOCK || block.characters >= CHARACTERS_OF_BLOCK;
    if (length > 0 && (isFull || rows === 0)) {
      yield { columns: names, cells: block.cells, firstRow };
      firstRow += length;
      block = emptyBlock(names.length);
    }
    if (rows === 0) return;
  }
}

interface GrowingBlock {
  readonly cells: (string | null)[][];
  characters: number;
}

const emptyBlock = (columns: number): GrowingBlock => ({
  cells: Array.from({ length: columns }, () => []),
  characters: 0,
});

function append(block: GrowingBlock, columns: readonly (readonly (string | null)[])[]): void {
  columns.forEach((some, index) => {
    const cells = block.cells[index] as (string | null)[];
    for (const one of some) {
      const cell = present(one);
      cells.push(cell);
      block.characters += cell?.length ?? 0;
    }
  });
}
