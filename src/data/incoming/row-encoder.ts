/** Rows of new data as a model reads them: its stored encoders, applied to one row at a time. */
import { PipelineError } from '../../errors.ts';
import type { Encoder } from '../dataset.ts';
import { encodeNumber } from '../encoders/number.ts';
import { parseNumber } from '../table.ts';

/**
 * How cells are written. In text every cell is a string and a number is what `parseNumber` takes;
 * in JSON a number is a number.
 */
export type CellNotation = 'text' | 'json';

/** What is wrong with one cell, in words. */
export interface CellFault {
  readonly column: string;
  readonly message: string;
  readonly remedy: string;
}

export interface RowEncoder {
  /** The columns that the model reads, in the order that `encode` wants their values. */
  readonly columns: readonly string[];
  /** Values of an encoded row. */
  readonly width: number;
  /**
   * Cells since the last call with a category that the training part lacks, by column; they encode
   * as zeros.
   */
  takeUnseen(): ReadonlyMap<string, number>;
  /**
   * Writes `width` values, the same bits as the step `dataset` makes of the same cells.
   *
   * @param values  one per column; `null` or blank is missing, `undefined` is not there at all.
   * @returns the first fault; `out` then holds a part of the row.
   */
  encode(values: readonly unknown[], out: Float32Array, offset: number): CellFault | null;
}

/** Writes the values of one cell, and answers what is wrong with it, without its column. */
type WriteCell = (
  value: unknown,
  out: Float32Array,
  at: number,
) => Omit<CellFault, 'column'> | null;

interface CellWriter {
  readonly column: string;
  readonly width: number;
  readonly write: WriteCell;
}

const SHOWN_CHARS = 60;
const ABSENT = {
  message: 'there is no value',
  remedy: 'give every column that the model reads; null stands for an empty cell',
};
const TOO_LARGE = {
  message: 'the value is beyond a 32-bit float once it is scaled',
  remedy: 'mend the cell',
};

export function createRowEncoder(encoders: readonly Encoder[], notation: CellNotation): RowEncoder {
  const unseen = new Map<string, number>();
  const writers = encoders.flatMap((encoder) => writersOf(encoder, notation, unseen));
  const width = writers.reduce((sum, writer) => sum + writer.width, 0);
  return {
    columns: writers.map(({ column }) => column),
    width,
    takeUnseen() {
      const taken = new Map(unseen);
      unseen.clear();
      return taken;
    },
    encode(values, out, offset) {
      let at = offset;
      for (const [index, writer] of writers.entries()) {
        const fault = writer.write(values[index], out, at);
        if (fault) return { column: writer.column, ...fault };
        at += writer.width;
      }
      return null;
    },
  };
}

function writersOf(
  encoder: Encoder,
  notation: CellNotation,
  unseen: Map<string, number>,
): CellWriter[] {
  switch (encoder.type) {
    case 'number': {
      const write = numberWriter(notation, (value) => encodeNumber(encoder, value));
      return [{ column: encoder.column, width: 1, write }];
    }
    case 'category': {
      const { column, categories } = encoder;
      const note = () => unseen.set(column, (unseen.get(column) ?? 0) + 1);
      return [{ column, width: categories.length, write: categoryWriter(categories, note) }];
    }
    case 'image': {
      const [low, high] = encoder.range;
      // A missing pixel is the background, as in training.
      const write = numberWriter(notation, (value) => ((value ?? low) - low) / (high - low));
      return encoder.columns.map((column) => ({ column, width: 1, write }));
    }
    case 'date':
    case 'picture':
    case 'sequence':
    case 'text':
      throw new PipelineError(
        'SPEC_UNSUPPORTED',
        `new rows cannot be read for a model of a ${encoder.type} yet`,
      );
  }
}

function numberWriter(notation: CellNotation, encode: (value: number | null) => number): WriteCell {
  return (value, out, at) => {
    if (value === undefined) return ABSENT;
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

function categoryWriter(categories: readonly string[], noteUnseen: () => void): WriteCell {
  const indices = new Map(categories.map((category, index) => [category, index]));
  return (value, out, at) => {
    if (value === undefined) return ABSENT;
    out.fill(0, at, at + categories.length);
    if (isMissing(value)) return null;
    if (typeof value === 'object') {
      return {
        message: `${shown(value)} is not a text, number or boolean`,
        remedy: 'give the category as a text',
      };
    }
    const index = indices.get(String(value));
    if (index === undefined) noteUnseen();
    else out[at + index] = 1;
    return null;
  };
}

const isMissing = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '');

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
