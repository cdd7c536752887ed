/** A column of text cells as numbers. */
import { PipelineError } from '../../errors.ts';
import { columnOf, parseNumber, type Table } from '../table.ts';

/**
 * @returns `[rows]`; `null` where missing.
 * @throws PipelineError `DATA_INVALID` naming column and row of a cell that is no number.
 */
export function numbersOf(table: Table, column: string): (number | null)[] {
  return columnOf(table, column).map((cell, row) => {
    if (cell === null) return null;
    const value = parseNumber(cell);
    if (value !== null) return value;
    throw badCell({ column, row: (table.firstRow ?? 0) + row, cell, wanted: 'a number' });
  });
}

export interface BadCell {
  readonly column: string;
  /** Of the source. */
  readonly row: number;
  readonly cell: string;
  /** Such as `a number`. */
  readonly wanted: string;
}

export function badCell({ column, row, cell, wanted }: BadCell): PipelineError {
  const found = JSON.stringify(cell.slice(0, 60));
  const remedy =
    wanted === 'a number'
      ? 'mend the cell, leave it empty, or read the column as a category'
      : 'mend the cell';
  return new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(column)}, row ${row} (from 0): ${found} is not ${wanted}`,
    { remedy },
  );
}
