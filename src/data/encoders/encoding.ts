/** What every type of encoder can do. */
import type { Encoder } from '../dataset.ts';
import type { Table } from '../table.ts';

/** A value as a person reads it; `null` where the encoding does not say. */
export type ReadableCell = readonly [column: string, value: string | number | null];

/** Writes the values of rows of one table. */
export interface RowWriter {
  /** Writes `width` values, all of them finite, unless scaling left float32. */
  readonly write: (row: number, out: Float32Array, offset: number) => void;
  /** Whether the row has something that the training part lacks. */
  readonly isUnseen?: (row: number) => boolean;
}

export interface Encoding<Kind extends Encoder> {
  /** Values of a row that the encoder makes. */
  readonly width: (encoder: Kind) => number;
  /** One name per value. */
  readonly names: (encoder: Kind) => readonly string[];
  /** @throws PipelineError `DATA_INVALID` naming column and row of a cell that it cannot read. */
  readonly open: (encoder: Kind, table: Table) => RowWriter;
  /** @param values  `[width]`. */
  readonly decode: (encoder: Kind, values: Float32Array) => readonly ReadableCell[];
}
