/** Rows encoded for one model, as another model reads them. */
import { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { DateEncoder, Encoder, TextEncoder } from './dataset.ts';
import { columnsOf, widthOf } from './encoders/encodings.ts';
import { tokensIn, withMarks } from './encoders/text.ts';
import { translateTokens } from './encoders/translate-tokens.ts';

/** Writes the values that one encoder makes of a row. */
type Translation = (row: Float32Array, out: Float32Array) => void;

/** An encoder and where its values lie in a row. */
interface Place {
  readonly encoder: Encoder;
  readonly at: number;
}

/**
 * Undoes the encoders `from` and applies `to`, which may use fewer columns, in another order.
 *
 * What both scale alike passes through bit for bit; other numbers are as exact as float32. An
 * empty cell stays what `from` put in its place, and a category that `from` lacks stays all
 * zeros, because the encoded row no longer says what stood there. Nor does it say what a text was
 * beyond its length, or which word was unknown: such tokens stay unknown.
 *
 * @param x  `[rows, values of from]`.
 * @returns `[rows, values of to]`.
 * @throws PipelineError `SHAPE_MISMATCH` for a column that `from` lacks, has of another type, or has
 * in a form that cannot be translated.
 */
export function transcodeRows(
  { x, rows }: { readonly x: Float32Array; readonly rows: number },
  from: readonly Encoder[],
  to: readonly Encoder[],
): Float32Array {
  const places = placesOf(from);
  let width = 0;
  const translations = to.map((encoder) => {
    const at = width;
    width += widthOf(encoder);
    return { at, end: width, translate: translationOf(encoder, places) };
  });
  const given = rows === 0 ? 0 : x.length / rows;
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const values = x.subarray(row * given, (row + 1) * given);
    for (const { at, end, translate } of translations) {
      translate(values, out.subarray(row * width + at, row * width + end));
    }
  }
  return out;
}

function placesOf(encoders: readonly Encoder[]): readonly Place[] {
  let width = 0;
  return encoders.map((encoder) => {
    const at = width;
    width += widthOf(encoder);
    return { encoder, at };
  });
}

function translationOf(encoder: Encoder, places: readonly Place[]): Translation {
  switch (encoder.type) {
    case 'category':
      return translateCategory(encoder, find(places, encoder.column, encoder.type));
    case 'number':
    case 'image':
      return translateNumbers(encoder, places);
    case 'text':
      return translateText(encoder, find(places, encoder.column, encoder.type));
    case 'date':
      return translateDate(encoder, find(places, encoder.column, encoder.type));
    case 'picture':
      return translateAlike(encoder, find(places, encoder.column, encoder.type));
    case 'sequence':
      return translateSequence(encoder, find(places, encoder.columns[0] ?? '', encoder.type));
  }
}

type OfType<Type extends Encoder['type']> = Extract<Encoder, { type: Type }>;
type PlaceOf<Type extends Encoder['type']> = Place & { readonly encoder: OfType<Type> };

function translateCategory(
  { categories }: OfType<'category'>,
  { encoder, at }: PlaceOf<'category'>,
): Translation {
  const sources = categories.map((category) => encoder.categories.indexOf(category));
  return (row, out) => {
    sources.forEach((index, place) => {
      out[place] = index < 0 ? 0 : (row[at + index] as number);
    });
  };
}

/** A pixel is a number whose scale is its picture's range. */
function translateNumbers(
  encoder: OfType<'number' | 'image'>,
  places: readonly Place[],
): Translation {
  const { offset, divisor } = scaleOf(encoder);
  const rules = columnsOf(encoder).map((column) => {
    const { place, at } = findNumber(places, column);
    const own = scaleOf(place);
    // value = x·scale + shift
    return { at, scale: own.divisor / divisor, shift: (own.offset - offset) / divisor };
  });
  return (row, out) => {
    rules.forEach(({ at, scale, shift }, index) => {
      out[index] = (row[at] as number) * scale + shift;
    });
  };
}

function scaleOf(encoder: OfType<'number' | 'image'>): { offset: number; divisor: number } {
  if (encoder.type === 'number') return encoder;
  const [low, high] = encoder.range;
  return { offset: low, divisor: high - low };
}

function translateSequence(
  encoder: OfType<'sequence'>,
  { encoder: own, at }: PlaceOf<'sequence'>,
): Translation {
  const isAlike =
    own.columns.join('\0') === encoder.columns.join('\0') &&
    own.layout === encoder.layout &&
    own.shape.join() === encoder.shape.join();
  if (!isAlike) throw otherForm(encoder);
  const features = encoder.shape[1];
  const rules = encoder.offsets.map((offset, feature) => {
    const divisor = encoder.divisors[feature] as number;
    const scale = (own.divisors[feature] as number) / divisor;
    return { scale, shift: ((own.offsets[feature] as number) - offset) / divisor };
  });
  return (row, out) => {
    for (let index = 0; index < out.length; index += 1) {
      const { scale, shift } = rules[index % features] as (typeof rules)[number];
      out[index] = (row[at + index] as number) * scale + shift;
    }
    if (encoder.layout === 'list') clearPadding(row.subarray(at, at + out.length), out, features);
  };
}

/** Zeros at the end of a list are padding, not the offset of a scale. */
function clearPadding(row: Float32Array, out: Float32Array, features: number): void {
  let end = row.length;
  while (end > 0 && row[end - 1] === 0) end -= 1;
  out.fill(0, Math.ceil(end / features) * features);
}

function translateDate(encoder: DateEncoder, { encoder: own, at }: PlaceOf<'date'>): Translation {
  const isAlike = own.parts.join() === encoder.parts.join() && own.format === encoder.format;
  if (!isAlike) throw otherForm(encoder);
  const year = encoder.parts.indexOf('year');
  // Every part before the year has two values.
  const yearAt = year < 0 ? -1 : year * 2;
  const scale = own.year.divisor / encoder.year.divisor;
  const shift = (own.year.offset - encoder.year.offset) / encoder.year.divisor;
  return (row, out) => {
    const values = row.subarray(at, at + out.length);
    out.set(values);
    // An empty cell is all zeros in every encoding.
    if (yearAt < 0 || values.every((value) => value === 0)) return;
    out[yearAt] = (values[yearAt] as number) * scale + shift;
  };
}

function translateText(encoder: TextEncoder, { encoder: own, at }: PlaceOf<'text'>): Translation {
  const width = widthOf(own);
  const isSame = own.length === encoder.length && own.marks === encoder.marks;
  const translate = translateTokens(own, encoder);
  if (translate === null) throw otherForm(encoder);
  return (row, out) => {
    const values = row.subarray(at, at + width);
    const ids = tokensIn(values);
    // A missing text is padding alone, without marks.
    if (values.every((id) => id === 0)) return;
    if (isSame && translate === 'same') out.set(values);
    else out.set(withMarks(translate === 'same' ? ids : ids.map(translate), encoder));
  };
}

function translateAlike(encoder: Encoder, { encoder: own, at }: Place): Translation {
  const [one, other] = [encoder, own].map((each) => canonicalJson(each as unknown as Json));
  if (one !== other) throw otherForm(encoder);
  return (row, out) => out.set(row.subarray(at, at + out.length));
}

function findNumber(places: readonly Place[], column: string) {
  for (const { encoder, at } of places) {
    if (encoder.type !== 'number' && encoder.type !== 'image') continue;
    const index = columnsOf(encoder).indexOf(column);
    if (index >= 0) return { place: encoder, at: at + index };
  }
  throw mismatch(places, column, 'number');
}

function find<Type extends Encoder['type']>(
  places: readonly Place[],
  column: string,
  type: Type,
): PlaceOf<Type> {
  const place = places.find(({ encoder }) => columnsOf(encoder).includes(column));
  if (place?.encoder.type === type) return place as PlaceOf<Type>;
  throw mismatch(places, column, type);
}

const REMEDY = 'give models of other columns a name of their own in the registry';

function mismatch(places: readonly Place[], column: string, type: string): PipelineError {
  const place = places.find(({ encoder }) => columnsOf(encoder).includes(column));
  const kind = place?.encoder.type === 'image' ? 'number' : place?.encoder.type;
  const found = kind ? `has it as a ${kind}` : 'has no such column';
  return new PipelineError(
    'SHAPE_MISMATCH',
    `the model reads the column ${JSON.stringify(column)} as a ${type}; the data set ${found}`,
    { remedy: REMEDY },
  );
}

function otherForm(encoder: Encoder): PipelineError {
  const column = JSON.stringify(columnsOf(encoder)[0]);
  return new PipelineError(
    'SHAPE_MISMATCH',
    `the model reads the ${encoder.type} ${column} in another form than the data set has it`,
    { remedy: REMEDY },
  );
}
