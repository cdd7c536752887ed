/** Divides rows as a column says. */
import { PipelineError } from '../../errors.ts';
import { forEachCell, type RowBlocks } from '../row-blocks.ts';

const PARTS = ['train', 'validation', 'test'];

/**
 * @returns `[rows]`, the part of each: 0 train, 1 validation, 2 test.
 * @throws PipelineError `DATA_INVALID` naming the row of a cell that names no part.
 */
export async function splitByColumn(source: RowBlocks, column: string): Promise<Uint8Array> {
  const parts = new Uint8Array(source.rows);
  await forEachCell(source, column, (cell, row) => {
    const part = PARTS.indexOf(cell?.trim() ?? '');
    if (part < 0) throw notAPart(column, row, cell);
    parts[row] = part;
  });
  return parts;
}

function notAPart(column: string, row: number, cell: string | null): PipelineError {
  const found = cell === null ? 'the cell is empty' : JSON.stringify(cell.slice(0, 60));
  return new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(column)}, row ${row} (from 0): ${found}; a part is train, validation or test`,
  );
}
