/** The pictures that a table names, as pixels. */
import { PipelineError } from '../errors.ts';
import {
  decodePicture,
  pictureSize,
  type PictureFit,
  type PictureShape,
} from './decode-picture.ts';
import { pictureReader, type NoteFile, type RootOf } from './sources/read-folders.ts';
import { columnOf, rowCount, type Pixels, type Table } from './table.ts';

/** Values of one column of pictures: 1 GiB. */
const MAX_VALUES = 2 ** 30;
const ROWS_BETWEEN_BEATS = 64;

/** How a column of pictures is to be read. */
export interface PictureColumn {
  readonly column: string;
  /** @default the size that all pictures have, in colours */
  readonly shape?: PictureShape | undefined;
  readonly fit: PictureFit;
}

export interface Reading {
  /** Of paths in a table's cells. */
  readonly rootOf: RootOf;
  readonly noteFile: NoteFile;
  readonly heartbeat: () => void;
  readonly signal: AbortSignal;
}

/**
 * @returns the table with `pixels` for each of the columns. Cells of a table without pictures of its
 * own are paths below the root.
 * @throws PipelineError `DATA_INVALID` for a picture that cannot be decoded, and for different sizes
 * without a shape; `DATA_TOO_LARGE`; as `readSourceFile`.
 */
export async function loadPictures(
  table: Table,
  columns: readonly PictureColumn[],
  reading: Reading,
): Promise<Table> {
  if (columns.length === 0) return table;
  const pixels = new Map<string, Pixels>();
  for (const column of columns) pixels.set(column.column, await load(table, column, reading));
  return { ...table, pixels };
}

async function load(
  table: Table,
  { column, shape: wanted, fit }: PictureColumn,
  reading: Reading,
): Promise<Pixels> {
  const read = table.pictures?.get(column) ?? pictureReader(columnOf(table, column), reading);
  const rows = rowCount(table);
  let shape = wanted;
  let data = new Uint8Array(0);
  let size = 0;
  for (let row = 0; row < rows; row += 1) {
    if (row % ROWS_BETWEEN_BEATS === 0) reading.heartbeat();
    reading.signal.throwIfAborted();
    const picture = await read(row);
    if (wanted === undefined) {
      const [height, width] = await pictureSize(picture);
      const channels = picture.type === 'raw' ? picture.shape[2] : 3;
      shape ??= [height, width, channels];
      if (shape[0] !== height || shape[1] !== width) throw otherSize({ row, height, width }, shape);
    }
    if (shape === undefined) continue;
    if (row === 0) {
      size = shape[0] * shape[1] * shape[2];
      requireRoom(rows * size, rows);
      data = new Uint8Array(rows * size);
    }
    data.set(await decodePicture(picture, shape, fit), row * size);
  }
  if (shape === undefined) throw new PipelineError('DATA_INVALID', 'The source has no rows');
  return { shape, data };
}

function requireRoom(values: number, rows: number): void {
  if (values <= MAX_VALUES) return;
  const found = `${rows} pictures of ${values / rows} values are ${values}`;
  throw new PipelineError('DATA_TOO_LARGE', `${found}; at most ${MAX_VALUES} fit`, {
    remedy: 'give a smaller shape',
  });
}

const otherSize = (
  { row, height, width }: { row: number; height: number; width: number },
  [firstHeight, firstWidth]: PictureShape,
): PipelineError =>
  new PipelineError(
    'DATA_INVALID',
    `The picture of row ${row} (from 0) is ${height}×${width}, the first ${firstHeight}×${firstWidth}`,
    { remedy: 'give shape: [height, width, channels] to resize them' },
  );
