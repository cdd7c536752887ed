/** How encoders learn from rows that come in blocks. */
import type { Encoder } from '../dataset.ts';
import type { Table } from '../table.ts';

/** Learns one encoder. All blocks are added in the order of the rows, once or more often. */
export interface Fit<Kind extends Encoder = Encoder> {
  /** Columns that a block must have. */
  readonly columns: readonly string[];
  /**
   * @param training  rows of the block that are of the training part; nothing is learned from others.
   * @throws PipelineError `DATA_INVALID` naming column and row of a cell that cannot be read, in
   * whatever part it is.
   */
  readonly add: (block: Table, training: Int32Array) => void;
  /** Asked after the last block: whether all blocks are needed once more. @default no */
  readonly again?: () => boolean;
  /** @throws PipelineError as the encoder's type says. */
  readonly finish: () => Kind;
}

/** Of rows that are in memory. */
export function fitWhole<Kind extends Encoder>(
  fit: Fit<Kind>,
  table: Table,
  training: Int32Array,
): Kind {
  do fit.add(table, training);
  while (fit.again?.());
  return fit.finish();
}
