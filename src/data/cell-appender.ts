/** Rows of text cells into a column store. */
import { DuckDBDataChunk, type DuckDBConnection, VARCHAR } from '@duckdb/node-api';
import { CELLS_TABLE, STORE_NAME } from './column-store.ts';

/** What a chunk holds. */
const CHUNK_ROWS = 2048;
/** Cells after which what was appended goes to disk. */
const CELLS_AT_ONCE = 2 ** 18;

export interface CellAppender {
  readonly append: (row: readonly (string | null)[]) => void;
  /** After the last row; also frees it. */
  readonly end: () => void;
}

export async function openAppender(
  connection: DuckDBConnection,
  columns: number,
): Promise<CellAppender> {
  const appender = await connection.createAppender(CELLS_TABLE, 'main', STORE_NAME);
  const types = Array.from({ length: columns }, () => VARCHAR);
  let rows: (readonly (string | null)[])[] = [];
  let cells = 0;
  const flush = (): void => {
    if (rows.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, rows.length);
    chunk.setRows(rows);
    appender.appendDataChunk(chunk);
    cells += rows.length * columns;
    rows = [];
    if (cells < CELLS_AT_ONCE) return;
    appender.flushSync();
    cells = 0;
  };
  return {
    append: (row) => {
      rows.push(row);
      if (rows.length === CHUNK_ROWS) flush();
    },
    end: () => {
      flush();
      appender.closeSync();
    },
  };
}
