/** What may be said of a row in a rule: a number's quarter, a category, a word that is there. */
import { SPECIAL_TOKENS, type Encoder, type NumberEncoder } from '../../../data/dataset.ts';
import { decodeValues, widthOf } from '../../../data/encoders/encodings.ts';
import { unscale } from '../../../data/encoders/unscale.ts';
import type { RowBlock } from '../model-function.ts';
import type { Passage, TokenSlice } from '../passages.ts';

export type Predicate = ColumnPredicate | WordPredicate;

interface Statement {
  /** As people read it. */
  readonly text: string;
  /** Whether it is true of the row that begins there. */
  readonly holds: (x: Float32Array, start: number) => boolean;
}

export interface ColumnPredicate extends Statement {
  readonly kind: 'column';
  /** The column's values in a row. */
  readonly at: number;
  readonly size: number;
}

export interface WordPredicate extends Statement {
  readonly kind: 'word';
  readonly token: number;
}

/** Of one row; what is true of every row of the training part says nothing and is left out. */
export function columnPredicates(
  encoders: readonly Encoder[],
  row: Float32Array,
  training: RowBlock,
): ColumnPredicate[] {
  let at = 0;
  return encoders
    .flatMap((encoder): ColumnPredicate[] => {
      const own = at;
      at += widthOf(encoder);
      if (encoder.type === 'number') return [quarterOf(encoder, { row, at: own, training })];
      if (encoder.type !== 'category') return [];
      return [categoryOf(encoder, row, own)];
    })
    .filter(({ holds }) => {
      for (let start = 0; start < training.x.length; start += training.values) {
        if (!holds(training.x, start)) return true;
      }
      return false;
    });
}

interface Place {
  readonly row: Float32Array;
  readonly at: number;
  readonly training: RowBlock;
}

/** Quarters as the reference's: edges at the quartiles, each once; a value on an edge is below it. */
function quarterOf(encoder: NumberEncoder, { row, at, training }: Place): ColumnPredicate {
  const { x, rows, values } = training;
  const sorted = Float32Array.from({ length: rows }, (_, index) => x[index * values + at]!).sort();
  const edges = [...new Set([0.25, 0.5, 0.75].map((share) => quantile(sorted, share)))];
  const below = edges.findLast((edge) => edge < row[at]!) ?? -Infinity;
  const upTo = edges.find((edge) => edge >= row[at]!) ?? Infinity;
  const read = (edge: number) => unscale(Math.fround(edge), encoder.offset, encoder.divisor);
  const { column } = encoder;
  const start = below === -Infinity ? column : `${read(below)} < ${column}`;
  const text = upTo === Infinity ? `${column} > ${read(below)}` : `${start} ≤ ${read(upTo)}`;
  return {
    kind: 'column',
    at,
    size: 1,
    text,
    holds: (rowsX, from) => rowsX[from + at]! > below && rowsX[from + at]! <= upTo,
  };
}

/** Linear between neighbours, as numpy's default. */
function quantile(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const from = sorted[low]!;
  return from + (place - low) * (sorted[Math.min(sorted.length - 1, low + 1)]! - from);
}

function categoryOf(
  encoder: Extract<Encoder, { type: 'category' }>,
  row: Float32Array,
  at: number,
): ColumnPredicate {
  const size = encoder.categories.length;
  const own = row.subarray(at, at + size);
  const [, value = null] = decodeValues(encoder, own)[0] ?? [];
  return {
    kind: 'column',
    at,
    size,
    text: value === null ? `${encoder.column} is empty` : `${encoder.column} = ${value}`,
    holds: (x, start) => own.every((one, index) => one === x[start + at + index]),
  };
}

/** The words of a row, each once. */
export function wordPredicates(
  row: Float32Array,
  texts: readonly TokenSlice[],
  read: (row: Float32Array, passage: Passage) => string,
): WordPredicate[] {
  const places = new Map<number, number>();
  for (const { offset, length } of texts) {
    for (let at = offset; at < offset + length; at += 1) {
      if (isWord(row[at]!) && !places.has(row[at]!)) places.set(row[at]!, at);
    }
  }
  return Array.from(places, ([token, at]) => ({
    kind: 'word',
    token,
    text: `contains “${read(row, { ranges: [[at, at + 1]], tokens: [at, at + 1] })}”`,
    holds: (x, start) => texts.some((slice) => hasToken(x, start + slice.offset, slice, token)),
  }));
}

function hasToken(x: Float32Array, from: number, { length }: TokenSlice, token: number): boolean {
  return x.subarray(from, from + length).includes(token);
}

/** Neither padding, mark nor a word that the model does not know. */
export function isWord(token: number): boolean {
  return !(Object.values(SPECIAL_TOKENS) as readonly number[]).includes(token);
}
