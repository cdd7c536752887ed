/** Rows of a table as values, by encoders that are fitted already. */
import { PipelineError } from '../errors.ts';
import type { Encoder } from './dataset.ts';
import { featureNamesOf, openEncoder, widthOf } from './encoders/encodings.ts';
import type { RowWriter } from './encoders/encoding.ts';
import type { Table } from './table.ts';

/** The encoders of one data set or model, opened on one table. */
export interface RowEncoder {
  /** Values of a row. */
  readonly width: number;
  /**
   * @param rows  row numbers of the table.
   * @returns `[rows, width]`
   * @throws PipelineError `DATA_INVALID` naming column and row of a value beyond float32.
   */
  encode(rows: Int32Array): Float32Array;
  /** The encoder and whether a row has something that its training part lacked. */
  readonly unseen: readonly { readonly encoder: Encoder; readonly of: (row: number) => boolean }[];
}

/**
 * Opens encoders, of a data set or stored with a model, on a table.
 *
 * @param table  with the pixels of its pictures; see `loadPictures`.
 * @throws PipelineError `DATA_INVALID` naming a column that the table lacks, or column and row of a
 * cell that cannot be read.
 */
export function openEncoders(encoders: readonly Encoder[], table: Table): RowEncoder {
  const opened = encoders.map((encoder) => ({
    encoder,
    width: widthOf(encoder),
    writer: openEncoder(encoder, table),
  }));
  const width = opened.reduce((sum, one) => sum + one.width, 0);
  return {
    width,
    unseen: opened.flatMap(({ encoder, writer }) =>
      writer.isUnseen ? [{ encoder, of: writer.isUnseen }] : [],
    ),
    encode: (rows) => {
      const x = new Float32Array(rows.length * width);
      rows.forEach((row, index) => writeRow(opened, row, x, index * width));
      requireFinite(x, encoders, (index) => (table.firstRow ?? 0) + (rows[index] as number));
      return x;
    },
  };
}

function writeRow(
  opened: readonly { readonly width: number; readonly writer: RowWriter }[],
  row: number,
  x: Float32Array,
  start: number,
): void {
  let offset = start;
  for (const { width, writer } of opened) {
    writer.write(row, x, offset);
    offset += width;
  }
}

/** A finite cell may leave float32 once it is scaled by a tiny range. */
function requireFinite(
  x: Float32Array,
  encoders: readonly Encoder[],
  rowAt: (index: number) => number,
): void {
  const broken = x.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  const names = encoders.flatMap(featureNamesOf);
  const row = rowAt(Math.floor(broken / names.length));
  throw new PipelineError(
    'DATA_INVALID',
    `Column ${JSON.stringify(names[broken % names.length])}, row ${row} (from 0): the value is beyond a 32-bit float once it is scaled`,
    { remedy: 'mend the cell, or choose another `scale` or `range`' },
  );
}
