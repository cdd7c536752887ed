/** The target column to class indices. */
import { PipelineError } from '../errors.ts';
import { columnOf, rowCount, sortValues, type Table } from './table.ts';

export interface Labels {
  /** Sorted: numerically if all are numbers, by UTF-16 code unit otherwise. */
  readonly classes: readonly string[];
  /** `[rows]`. */
  readonly labels: Int32Array;
}

export const MAX_CLASSES = 10_000;

/** @throws PipelineError `DATA_INVALID` for no rows, an empty target, or an unfit number of classes. */
export function labelRows(table: Table, target: string): Labels {
  const cells = filledColumn(table, target);
  const classes = sortValues(new Set(cells));
  if (classes.length < 2 || classes.length > MAX_CLASSES) {
    throw new PipelineError(
      'DATA_INVALID',
      `The target ${JSON.stringify(target)} has ${classes.length} classes; 2 to ${MAX_CLASSES} can be told apart`,
    );
  }
  const indices = new Map(classes.map((name, index) => [name, index]));
  return { classes, labels: Int32Array.from(cells, (cell) => indices.get(cell) as number) };
}

/**
 * Of a target that is a text: rows of the same text have the same number, and there are no classes.
 *
 * @throws PipelineError `DATA_INVALID` for no rows, or an empty target.
 */
export function numberTexts(table: Table, target: string): Labels {
  const numbers = new Map<string, number>();
  const labels = Int32Array.from(filledColumn(table, target), (cell) => {
    const known = numbers.get(cell) ?? numbers.size;
    numbers.set(cell, known);
    return known;
  });
  return { classes: [], labels };
}

function filledColumn(table: Table, target: string): readonly string[] {
  const cells = columnOf(table, target);
  if (rowCount(table) === 0) throw new PipelineError('DATA_INVALID', 'The source has no rows');
  const empty = cells.indexOf(null);
  if (empty !== -1) {
    throw new PipelineError(
      'DATA_INVALID',
      `Column ${JSON.stringify(target)}, row ${empty} (from 0): the target is empty`,
      { remedy: 'fill the cell or remove the row' },
    );
  }
  return cells as readonly string[];
}
