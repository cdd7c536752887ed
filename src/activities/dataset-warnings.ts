/** What the step `dataset` says of odd rows while it goes on. */
import type { RowEncoder } from '../data/encode-rows.ts';
import { columnsOf } from '../data/encoders/encodings.ts';
import type { FeatureColumns } from '../data/feature-columns.ts';
import type { RowsOfParts } from '../data/split.ts';
import { columnOf, parseNumber, type Table } from '../data/table.ts';
import type { OpenTarget } from '../data/target-text.ts';
import type { StepContext } from './step.ts';

/** @returns cells of held-out rows with a category that training lacks. */
export function countUnseen(
  { unseen }: RowEncoder,
  { validation, test }: RowsOfParts,
  context: Pick<StepContext, 'log'>,
): number {
  let total = 0;
  for (const { encoder, of } of unseen) {
    const rows = [...validation, ...test].filter(of).length;
    if (rows === 0) continue;
    total += rows;
    const column = columnsOf(encoder)[0] ?? '';
    context.log('warn', `${rows} held-out rows have a value of "${column}" that training lacks`, {
      column,
      rows,
    });
  }
  return total;
}

/** @returns rows whose target is longer than the model says. */
export function countCut(
  { isCut, encoder }: OpenTarget,
  rows: number,
  context: Pick<StepContext, 'log'>,
): number {
  const cut = Array.from({ length: rows }, (_, row) => row).filter(isCut).length;
  if (cut > 0) {
    const { column, length } = encoder;
    const message = `${cut} texts of "${column}" have more than ${length - 1} tokens and are cut: they are never right`;
    context.log('warn', message, { column, cut });
  }
  return cut;
}

/** One odd cell makes a category of a column of numbers, where the columns are guessed. */
export function warnOfOddCells(
  table: Table,
  features: readonly FeatureColumns[],
  context: Pick<StepContext, 'log'>,
): void {
  for (const { group, columns } of features) {
    const [column] = columns;
    if (group.type !== 'category' || column === undefined) continue;
    const cells = columnOf(table, column);
    const isOdd = (cell: string | null) => cell !== null && parseNumber(cell) === null;
    const odd = cells.filter(isOdd).length;
    if (odd > cells.length / 10) continue;
    const row = cells.findIndex(isOdd);
    context.log(
      'warn',
      `"${column}" is read as a category: ${odd} of its ${cells.length} cells, the first in row ${row} (from 0), are not numbers`,
      { column, odd },
    );
  }
}
