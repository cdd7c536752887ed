/** Encoded rows with their labels, and where training takes them from. */

export interface Rows {
  readonly count: number;
  /** Values of one row. */
  readonly width: number;
  /** `[count, width]`. */
  readonly x: Float32Array;
  /** `[count, labels]`, class indices: one label a row, or one for each place of a text. */
  readonly y: Int32Array;
}

/** Rows with their places in the part that they are of. */
export interface Batch extends Rows {
  /** `[count]`, rows of the part, from 0. */
  readonly indices: Int32Array;
}

/** From `start`, included, to `end`, left out. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** A part of a data set, in memory or on disk. What is read may be a view: it is not written to. */
export interface RowSource {
  readonly count: number;
  /** Values of one row. */
  readonly width: number;

  /** Rows in the order of the part. */
  read(range: RowRange): Rows | Promise<Rows>;

  /** Rows of each class; of texts, places. */
  countLabels(classes: number): readonly number[] | Promise<readonly number[]>;

  /**
   * Copies of the rows at these places of the epoch's order, which is a function of the seed and
   * the epoch.
   */
  shuffled(epoch: number, range: RowRange): Batch | Promise<Batch>;
}
