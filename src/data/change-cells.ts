/** Rows with one column changed, encoded as the model reads them. */
import { PipelineError } from '../errors.ts';
import type { Encoder, ImageEncoder, PictureEncoder, ShownRows } from './dataset.ts';
import { columnsOf, decodeValues, widthOf } from './encoders/encodings.ts';
import { picturesInBase64 } from './incoming/picture-cells.ts';
import { createRowEncoder } from './incoming/row-encoder.ts';
import { listed } from './table.ts';

type Cell = string | number | boolean | null;

/** One of these, of `column`; `brightness` and `shift` of every picture without one. */
export interface CellChange {
  readonly column?: string;
  /** Other values, one after the other. */
  readonly to?: readonly Cell[];
  readonly add?: number;
  readonly multiply?: number;
  /** Whole words of a text, in any case of letters. */
  readonly replace?: readonly { readonly from: string; readonly to: readonly string[] }[];
  /** Shares of the range of a picture, added to each value. */
  readonly brightness?: readonly number[];
  /** Pixels down and to the right; what comes in is background. */
  readonly shift?: readonly (readonly number[])[];
}

export interface RowsToChange {
  readonly encoders: readonly Encoder[];
  /** `[rows, values]`. */
  readonly x: Float32Array;
  readonly rows: number;
  readonly shown: ShownRows['columns'];
}

export interface ChangedRow {
  /** Of the rows given. */
  readonly row: number;
  /** What stood there and what stands there now, as a person reads it. */
  readonly before: string;
  readonly after: string;
  /** `[values]`. */
  readonly values: Float32Array;
}

/** An encoder and where its values lie in a row. */
interface Place<E extends Encoder = Encoder> {
  readonly encoder: E;
  readonly at: number;
}

/** @returns what stands there before and after, or `null` where nothing changes. */
type Apply = (
  values: Float32Array,
  row: number,
) => Promise<{ before: string; after: string } | null>;

/**
 * Every changed form of the rows given by number; a row that a change leaves as it is has none.
 *
 * @throws PipelineError `DATA_INVALID` for a column that the model does not read or reads as
 * something else, a category that its training part lacks, or a cell that cannot be read.
 */
export async function changeCells(
  given: RowsToChange,
  rows: readonly number[],
  change: CellChange,
): Promise<ChangedRow[]> {
  const width = given.rows === 0 ? 0 : given.x.length / given.rows;
  const changed: ChangedRow[] = [];
  for (const apply of await variantsOf(given, change)) {
    for (const row of rows) {
      const values = given.x.slice(row * width, (row + 1) * width);
      const told = await apply(values, row);
      const from = given.x.subarray(row * width, (row + 1) * width);
      if (told && values.some((value, at) => value !== from[at])) {
        changed.push({ row, ...told, values });
      }
    }
  }
  return changed;
}

async function variantsOf(given: RowsToChange, change: CellChange): Promise<Apply[]> {
  const { brightness, shift, replace, to } = change;
  if (brightness) {
    const pictures = picturesIn(given, change);
    return brightness.map((amount) => brighten(pictures, amount));
  }
  if (shift) {
    const pictures = picturesIn(given, change);
    return shift.map(([down = 0, right = 0]) => move(pictures, { down, right }));
  }
  const column = change.column ?? '';
  const place = placeOf(given.encoders, column);
  if (replace) return replaceWords(given, place, { column, replace });
  if (to) return Promise.all(to.map((cell) => setCell(place, column, cell)));
  return [scaleNumber(place, column, change)];
}

function placesOf(encoders: readonly Encoder[]): readonly Place[] {
  let width = 0;
  return encoders.map((encoder) => {
    const at = width;
    width += widthOf(encoder);
    return { encoder, at };
  });
}

function placeOf(encoders: readonly Encoder[], column: string): Place {
  const found = placesOf(encoders).find(({ encoder }) => columnsOf(encoder).includes(column));
  if (found) return found;
  throw new PipelineError(
    'DATA_INVALID',
    `the model does not read the column ${JSON.stringify(column)}`,
    { remedy: `it reads ${listed(encoders.flatMap(columnsOf))}` },
  );
}

const isPicture = (place: Place): place is Place<ImageEncoder | PictureEncoder> =>
  place.encoder.type === 'image' || place.encoder.type === 'picture';

function picturesIn({ encoders }: RowsToChange, { column }: CellChange) {
  const places = column === undefined ? placesOf(encoders) : [placeOf(encoders, column)];
  const pictures = places.filter(isPicture);
  if (pictures.length > 0) return pictures;
  const found = column === undefined ? 'nothing that the model reads' : JSON.stringify(column);
  const message = `${found} is a picture, whose brightness or place could change`;
  throw new PipelineError(
    'DATA_INVALID',
    column === undefined ? message : `${found} is no picture`,
  );
}

function brighten(
  pictures: readonly Place<ImageEncoder | PictureEncoder>[],
  amount: number,
): Apply {
  return (values) => {
    for (const { encoder, at } of pictures) {
      for (let index = at; index < at + widthOf(encoder); index += 1) {
        values[index] = Math.min(1, Math.max(0, (values[index] as number) + amount));
      }
    }
    return Promise.resolve({ before: 'the picture', after: `brightness ${signed(amount)}` });
  };
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value));

function move(
  pictures: readonly Place<ImageEncoder | PictureEncoder>[],
  { down, right }: { readonly down: number; readonly right: number },
): Apply {
  return (values) => {
    for (const { encoder, at } of pictures) {
      const [height, width, channels] = encoder.shape;
      const from = values.slice(at, at + height * width * channels);
      from.forEach((_, index) => {
        const channel = index % channels;
        const column = Math.floor(index / channels) % width;
        const row = Math.floor(index / channels / width);
        const [y, x] = [row - down, column - right];
        const isInside = y >= 0 && y < height && x >= 0 && x < width;
        values[at + index] = isInside ? (from[(y * width + x) * channels + channel] as number) : 0;
      });
    }
    return Promise.resolve({ before: 'the picture', after: `moved by ${down}, ${right}` });
  };
}

/** Values that a cell becomes, and where they belong beside those of the encoder's other columns. */
async function encodeCell({ encoder }: Place, column: string, cell: Cell) {
  const reader = createRowEncoder([encoder], { notation: 'json', pictures: picturesInBase64 });
  const reading = reader.begin();
  const out = new Float32Array(reader.width);
  const isRest = reader.columns.length > 1;
  const cells = reader.columns.map((name) => (name === column ? cell : null));
  const fault = await reading.encode(cells, out, 0);
  const unseen = reading.unseen.size > 0 ? 'is a category that the training part lacks' : null;
  if (fault || unseen !== null) {
    throw new PipelineError(
      'DATA_INVALID',
      `column ${JSON.stringify(column)}: ${fault?.message ?? `${JSON.stringify(cell)} ${unseen ?? ''}`}`,
      { remedy: fault?.remedy ?? 'name a category that the model knows' },
    );
  }
  const index = reader.columns.indexOf(column);
  return isRest ? { at: index, values: out.subarray(index, index + 1) } : { at: 0, values: out };
}

async function setCell(place: Place, column: string, cell: Cell): Promise<Apply> {
  const encoded = await encodeCell(place, column, cell);
  return (values) => {
    const before = cellIn(place, column, values);
    values.set(encoded.values, place.at + encoded.at);
    return Promise.resolve({ before, after: `${column} ${String(cell ?? '(empty)')}` });
  };
}

function cellIn({ encoder, at }: Place, column: string, values: Float32Array): string {
  if (encoder.type === 'text' || encoder.type === 'picture') return column;
  const cells = decodeValues(encoder, values.subarray(at, at + widthOf(encoder)));
  const [, value] = cells.find(([name]) => name === column) ?? [];
  return `${column} ${String(value ?? '(empty)')}`;
}

function scaleNumber(place: Place, column: string, { add = 0, multiply = 1 }: CellChange): Apply {
  const { encoder } = place;
  if (encoder.type !== 'number' && encoder.type !== 'image') {
    throw new PipelineError('DATA_INVALID', `${JSON.stringify(column)} is no number`, {
      remedy: 'give the other values in `to`',
    });
  }
  const [offset, divisor] =
    encoder.type === 'number'
      ? [encoder.offset, encoder.divisor]
      : [encoder.range[0], encoder.range[1] - encoder.range[0]];
  const at = place.at + columnsOf(encoder).indexOf(column);
  return (values) => {
    const before = (values[at] as number) * divisor + offset;
    const after = before * multiply + add;
    values[at] = (after - offset) / divisor;
    const told = (value: number) => `${column} ${Number(value.toPrecision(6))}`;
    return Promise.resolve({ before: told(before), after: told(after) });
  };
}

function replaceWords(
  { shown }: RowsToChange,
  place: Place,
  {
    column,
    replace,
  }: { readonly column: string; readonly replace: NonNullable<CellChange['replace']> },
): Apply[] {
  const cells = Object.hasOwn(shown, column) ? shown[column] : undefined;
  if (place.encoder.type !== 'text' || cells === undefined) {
    throw new PipelineError('DATA_INVALID', `${JSON.stringify(column)} is no text`, {
      remedy: 'give the other values in `to`',
    });
  }
  return replace.flatMap(({ from, to }) =>
    to.map((word): Apply => async (values, row) => {
      const before = cells[row] ?? '';
      const after = before.replace(wholeWord(from), () => word);
      if (after === before) return null;
      const encoded = await encodeCell(place, column, after);
      values.set(encoded.values, place.at);
      return { before, after };
    }),
  );
}

/** Letters of the word stand for themselves alone. */
const wholeWord = (word: string): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
    'giu',
  );
