/** The target column to class indices. */
import { PipelineError } from '../errors.ts';
import { forEachCell, type RowBlocks } from './row-blocks.ts';
import { requireColumn, sortValues } from './table.ts';

export interface Labels {
  /** Sorted: numerically if all are numbers, by UTF-16 code unit otherwise. */
  readonly classes: readonly string[];
  /** `[rows]`. */
  readonly labels: Int32Array;
}

export const MAX_CLASSES = 10_000;

/** @throws PipelineError `DATA_INVALID` for no rows, an empty target, or an unfit number of classes. */
export async function labelRows(source: RowBlocks, target: string): Promise<Labels> {
  const found = new Map<string, number>();
  const labels = new Int32Array(source.rows);
  await forEachFilled(source, target, (cell, row) => {
    const label = found.get(cell) ?? found.size;
    if (label === found.size) {
      if (label === MAX_CLASSES) throw unfit(target, `over ${MAX_CLASSES}`);
      found.set(cell, label);
    }
    labels[row] = label;
  });
  if (found.size < 2) throw unfit(target, String(found.size));
  const classes = sortValues(found.keys());
  const places = new Int32Array(classes.length);
  classes.forEach((name, index) => (places[found.get(name) as number] = index));
  for (let row = 0; row < labels.length; row += 1) {
    labels[row] = places[labels[row] as number] as number;
  }
  return { classes, labels };
}

/**
 * Of a target that is a text there are no classes, and no row is unlike another.
 *
 * @throws PipelineError `DATA_INVALID` for no rows, or an empty target.
 */
export async function labelTexts(source: RowBlocks, target: string): Promise<Labels> {
  await forEachFilled(source, target, () => undefined);
  return { classes: [], labels: new Int32Array(source.rows) };
}

async function forEachFilled(
  source: RowBlocks,
  target: string,
  visit: (cell: string, row: number) => void,
): Promise<void> {
  requireColumn(source, target);
  if (source.rows === 0) throw new PipelineError('DATA_INVALID', 'The source has no rows');
  await forEachCell(source, target, (cell, row) => {
    if (cell !== null) {
      visit(cell, row);
      return;
    }
    throw new PipelineError(
      'DATA_INVALID',
      `Column ${JSON.stringify(target)}, row ${row} (from 0): the target is empty`,
      { remedy: 'fill the cell or remove the row' },
    );
  });
}

const unfit = (target: string, found: string): PipelineError =>
  new PipelineError(
    'DATA_INVALID',
    `The target ${JSON.stringify(target)} has ${found} classes; 2 to ${MAX_CLASSES} can be told apart`,
  );
