/** Divides rows as a column says. */
import { PipelineError } from '../../errors.ts';
import { columnOf, type Table } from '../table.ts';

const PARTS = ['train', 'validation', 'test'];

/**
 * @returns the rows of train, validation and test.
 * @throws PipelineError `DATA_INVALID` naming the row of a cell that names no part.
 */
export function splitByColumn(table: Table, column: string): [number[], number[], number[]] {
  const parts: [number[], number[], number[]] = [[], [], []];
  columnOf(table, column).forEach((cell, row) => {
    const part = parts[PARTS.indexOf(cell?.trim() ?? '')];
    if (part) part.push(row);
    else throw notAPart(column, row, cell);
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
