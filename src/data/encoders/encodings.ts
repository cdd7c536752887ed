/** What every encoder can do, whatever its type. */
import type { Encoder } from '../dataset.ts';
import type { Table } from '../table.ts';
import { categoryEncoding } from './category.ts';
import { dateEncoding } from './date.ts';
import type { Encoding, ReadableCell, RowWriter } from './encoding.ts';
import { imageEncoding } from './image.ts';
import { numberEncoding } from './number.ts';
import { pictureEncoding } from './picture.ts';
import { sequenceEncoding } from './sequence.ts';
import { textEncoding } from './text.ts';

const ENCODINGS: {
  readonly [Type in Encoder['type']]: Encoding<Extract<Encoder, { type: Type }>>;
} = {
  number: numberEncoding,
  category: categoryEncoding,
  date: dateEncoding,
  image: imageEncoding,
  picture: pictureEncoding,
  sequence: sequenceEncoding,
  text: textEncoding,
};

/** The table above pairs each type with its own encoding; the compiler cannot follow that. */
const encodingOf = (encoder: Encoder): Encoding<Encoder> =>
  ENCODINGS[encoder.type] as unknown as Encoding<Encoder>;

export const widthOf = (encoder: Encoder): number => encodingOf(encoder).width(encoder);

export const featureNamesOf = (encoder: Encoder): readonly string[] =>
  encodingOf(encoder).names(encoder);

/** @throws PipelineError `DATA_INVALID` naming column and row of a cell that it cannot read. */
export const openEncoder = (encoder: Encoder, table: Table): RowWriter =>
  encodingOf(encoder).open(encoder, table);

/** @param values  as many as `widthOf` says. */
export const decodeValues = (encoder: Encoder, values: Float32Array): readonly ReadableCell[] =>
  encodingOf(encoder).decode(encoder, values);

/** The columns of the source that an encoder reads. */
export const columnsOf = (encoder: Encoder): readonly string[] =>
  'columns' in encoder ? encoder.columns : [encoder.column];
