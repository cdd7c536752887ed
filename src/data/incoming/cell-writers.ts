/** How one cell of new data becomes values, for each type of encoder. */
import type {
  CategoryEncoder,
  DateEncoder,
  ImageEncoder,
  NumberEncoder,
  PictureEncoder,
  SequenceEncoder,
  TextEncoder,
} from '../dataset.ts';
import { writeDate } from '../encoders/date.ts';
import { widthOf } from '../encoders/encodings.ts';
import { encodeNumber } from '../encoders/number.ts';
import { dateOf, WANTED_DATE } from '../encoders/parse-date.ts';
import { writePixels } from '../encoders/picture.ts';
import { parseJson, stepsOf, wantedSteps, writeSteps } from '../encoders/sequence.ts';
import { tokenizerOf, withMarks } from '../encoders/text.ts';
import { parseNumber } from '../table.ts';
import { shown, TOO_LARGE, type Fault } from './cell-fault.ts';
import type { PictureCells } from './picture-cells.ts';

/**
 * How cells are written. In text every cell is a string and a number is what `parseNumber` takes;
 * in JSON a number is a number, and a list a list.
 */
export type CellNotation = 'text' | 'json';

/** What belongs to the rows that are read together: of one file, of one request. */
export interface ReadingState {
  /** Called with the column of a category that the training part lacks. */
  readonly noteUnseen: (column: string) => void;
  /** @returns why a text of so many characters is not read. */
  readonly admitText: (text: string) => Fault | null;
  readonly pictures: PictureCells;
}

/** Where the values of a cell belong: over zeros, from `at` on. */
export interface CellPlace extends ReadingState {
  readonly out: Float32Array;
  readonly at: number;
}

/** Writes the values of one cell, and answers what is wrong with it. */
export type WriteCell = (value: unknown, place: CellPlace) => Fault | null | Promise<Fault | null>;

export function numberWriter(encoder: NumberEncoder, notation: CellNotation): WriteCell {
  return scaledWriter(notation, (value) => encodeNumber(encoder, value));
}

/** A missing pixel is the background, as in training. */
export function pixelWriter({ range: [low, high] }: ImageEncoder, notation: CellNotation) {
  return scaledWriter(notation, (value) => ((value ?? low) - low) / (high - low));
}

/** Of one column of a sequence that is written as columns; a missing number is the offset. */
export function stepWriter(
  { shape: [, features], offsets, divisors }: SequenceEncoder,
  index: number,
  notation: CellNotation,
): WriteCell {
  const offset = offsets[index % features] as number;
  const divisor = divisors[index % features] as number;
  return scaledWriter(notation, (value) => (value === null ? 0 : (value - offset) / divisor));
}

function scaledWriter(notation: CellNotation, encode: (value: number | null) => number): WriteCell {
  return (value, { out, at }) => {
    // In JSON null alone is nothing: a blank text is a text.
    const isEmpty = value === null || (notation === 'text' && isMissing(value));
    const number = isEmpty ? null : numberOf(value, notation);
    if (number === undefined) {
      return {
        message: `${shown(value)} is not a number`,
        remedy: notation === 'json' ? 'give a number or null' : 'mend the cell, or leave it empty',
      };
    }
    out[at] = encode(number);
    return Number.isFinite(out[at]) ? null : TOO_LARGE;
  };
}

function numberOf(value: unknown, notation: CellNotation): number | undefined {
  if (notation === 'text') return parseNumber(String(value)) ?? undefined;
  // Beyond float32 a value would become an infinity in the tensor.
  return typeof value === 'number' && Number.isFinite(Math.fround(value)) ? value : undefined;
}

export function categoryWriter({ column, categories }: CategoryEncoder): WriteCell {
  const indices = new Map(categories.map((category, index) => [category, index]));
  return (value, { out, at, noteUnseen }) => {
    if (isMissing(value)) return null;
    if (typeof value === 'object') return noScalar(value, 'give the category as a text');
    const index = indices.get(String(value));
    if (index === undefined) noteUnseen(column);
    else out[at + index] = 1;
    return null;
  };
}

/** A missing date is all zeros. */
export function dateWriter(encoder: DateEncoder): WriteCell {
  const width = widthOf(encoder);
  return (value, { out, at }) => {
    if (isMissing(value)) return null;
    const date = typeof value === 'object' ? null : dateOf(String(value), encoder.format);
    if (date === null) {
      return {
        message: `${shown(value)} is not ${WANTED_DATE[encoder.format]}`,
        remedy: 'mend the cell, or leave it empty',
      };
    }
    writeDate(encoder, date, out.subarray(at));
    // The year alone is scaled.
    return out.subarray(at, at + width).every(Number.isFinite) ? null : TOO_LARGE;
  };
}

/** A missing text is all padding. */
export function textWriter(encoder: TextEncoder): WriteCell {
  const tokenize = tokenizerOf(encoder);
  return (value, { out, at, admitText }) => {
    if (isMissing(value)) return null;
    if (typeof value === 'object') return noScalar(value, 'give one text');
    const text = String(value);
    const refused = admitText(text);
    if (refused) return refused;
    out.set(withMarks(tokenize(text), encoder), at);
    return null;
  };
}

/** A missing list has no step. */
export function listWriter(encoder: SequenceEncoder, notation: CellNotation): WriteCell {
  const [length, features] = encoder.shape;
  return (value, { out, at }) => {
    if (notation === 'json' ? value === null : isMissing(value)) return null;
    const steps = stepsOf(notation === 'json' ? value : parseJson(String(value)), features);
    if (steps === null) {
      return {
        message: `${shown(value)} is not ${wantedSteps(features)}`,
        remedy: 'mend the cell, or leave it empty',
      };
    }
    const own = out.subarray(at, at + length * features);
    writeSteps(encoder, steps, own);
    return own.every(Number.isFinite) ? null : TOO_LARGE;
  };
}

/** There is no picture that stands for a missing one. */
export function pictureWriter(encoder: PictureEncoder): WriteCell {
  return async (value, { out, at, pictures }) => {
    if (typeof value !== 'string' || isMissing(value)) {
      const found = value === null || value === '' ? 'an empty cell' : shown(value);
      return { message: `${found} is not ${pictures.wanted}`, remedy: pictures.remedy };
    }
    const read = await pictures.read(value, encoder);
    if ('fault' in read) return read.fault;
    writePixels(read.pixels, out, at);
    return null;
  };
}

const isMissing = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '');

const noScalar = (value: unknown, remedy: string): Fault => ({
  message: `${shown(value)} is not a text, number or boolean`,
  remedy,
});
