/** What the step `dataset` says of odd rows while it goes on. */
import type { Encoder, TextEncoder } from '../data/dataset.ts';
import type { OpenBlock } from '../data/encode-parts.ts';
import { columnsOf } from '../data/encoders/encodings.ts';
import type { FeatureColumns } from '../data/feature-columns.ts';
import { forEachCell, type RowBlocks, rowsInBlock } from '../data/row-blocks.ts';
import type { RowsOfParts } from '../data/split.ts';
import { parseNumber, rowCount } from '../data/table.ts';
import type { StepContext } from './step.ts';

type Log = Pick<StepContext, 'log'>;

/** Counts what encoders cannot say of rows that come in blocks. */
export class OddRows {
  readonly #parts: RowsOfParts;
  /** Cells of held-out rows with a category that training lacks. */
  readonly #unseen = new Map<Encoder, number>();
  #cut = 0;

  constructor(parts: RowsOfParts) {
    this.#parts = parts;
  }

  add({ block, encoder: { unseen }, said }: OpenBlock): void {
    const { validation, test } = this.#parts;
    const heldOut = [validation, test].map((rows) => rowsInBlock(rows, block));
    for (const { encoder, of } of unseen) {
      const found = heldOut.reduce((sum, rows) => sum + rows.filter(of).length, 0);
      this.#unseen.set(encoder, (this.#unseen.get(encoder) ?? 0) + found);
    }
    if (!said) return;
    for (let row = 0; row < rowCount(block); row += 1) if (said.isCut(row)) this.#cut += 1;
  }

  /** @returns cells of held-out rows with a category that training lacks. */
  warnOfUnseen(context: Log): number {
    let total = 0;
    for (const [encoder, rows] of this.#unseen) {
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
  warnOfCut({ column, length }: TextEncoder, context: Log): number {
    const cut = this.#cut;
    if (cut > 0) {
      const message = `${cut} texts of "${column}" have more than ${length - 1} tokens and are cut: they are never right`;
      context.log('warn', message, { column, cut });
    }
    return cut;
  }
}

/** One odd cell makes a category of a column of numbers, where the columns are guessed. */
export async function warnOfOddCells(
  source: RowBlocks,
  features: readonly FeatureColumns[],
  context: Log,
): Promise<void> {
  for (const { group, columns } of features) {
    const [column] = columns;
    if (group.type !== 'category' || column === undefined) continue;
    let odd = 0;
    let first = -1;
    await forEachCell(source, column, (cell, row) => {
      if (cell === null || parseNumber(cell) !== null) return;
      if (odd === 0) first = row;
      odd += 1;
    });
    if (odd > source.rows / 10) continue;
    context.log(
      'warn',
      `"${column}" is read as a category: ${odd} of its ${source.rows} cells, the first in row ${first} (from 0), are not numbers`,
      { column, odd },
    );
  }
}
