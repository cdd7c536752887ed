/** Rows of new data as a model reads them: its stored encoders, applied to one row at a time. */
import { PipelineError } from '../../errors.ts';
import type { Encoder } from '../dataset.ts';
import { widthOf } from '../encoders/encodings.ts';
import { ABSENT, type CellFault, type Fault } from './cell-fault.ts';
import {
  categoryWriter,
  dateWriter,
  listWriter,
  numberWriter,
  pictureWriter,
  pixelWriter,
  stepWriter,
  textWriter,
  type CellNotation,
  type ReadingState,
  type WriteCell,
} from './cell-writers.ts';
import type { PictureCells } from './picture-cells.ts';

export interface RowEncoderOptions {
  readonly notation: CellNotation;
  /** Called once for each reading. */
  readonly pictures: () => PictureCells;
  readonly texts?: TextLimits | undefined;
}

/** In characters. */
export interface TextLimits {
  /** Of one text. */
  readonly each: number;
  /** Of all texts of a reading. */
  readonly all: number;
}

export interface RowEncoder {
  /** The columns that the model reads, in the order that `encode` wants their values. */
  readonly columns: readonly string[];
  /** Values of an encoded row. */
  readonly width: number;
  /** Begins to read rows that belong together: of one file, of one request. */
  begin(): RowReading;
}

export interface RowReading {
  /**
   * Cells so far with a category that the training part lacks, by column; they encode as zeros.
   */
  readonly unseen: ReadonlyMap<string, number>;
  /**
   * Writes `width` values, the same bits as the step `dataset` makes of the same cells.
   *
   * @param values  one per column; `null` or blank is missing, `undefined` is not there at all.
   * @returns the first fault; `out` then holds a part of the row.
   */
  encode(values: readonly unknown[], out: Float32Array, offset: number): Promise<CellFault | null>;
}

interface CellWriter {
  readonly column: string;
  readonly width: number;
  readonly write: WriteCell;
}

/** @throws PipelineError `MODEL_UNSUPPORTED` of a model that does not say how rows are read. */
export function createRowEncoder(
  encoders: readonly Encoder[],
  options: RowEncoderOptions,
): RowEncoder {
  if (encoders.length === 0) {
    throw new PipelineError(
      'MODEL_UNSUPPORTED',
      'The model was imported without a data set, so it does not say how rows are read',
      { remedy: 'give the step `import` the `dataset` whose columns the model reads' },
    );
  }
  const writers = encoders.flatMap((encoder) => writersOf(encoder, options.notation));
  return {
    columns: writers.map(({ column }) => column),
    width: widthOfAll(writers),
    begin: () => beginReading(writers, options),
  };
}

const widthOfAll = (writers: readonly CellWriter[]): number =>
  writers.reduce((sum, { width }) => sum + width, 0);

function beginReading(
  writers: readonly CellWriter[],
  { pictures, texts }: RowEncoderOptions,
): RowReading {
  const unseen = new Map<string, number>();
  const width = widthOfAll(writers);
  const state: ReadingState = {
    noteUnseen: (column) => unseen.set(column, (unseen.get(column) ?? 0) + 1),
    admitText: texts ? textGate(texts) : () => null,
    pictures: pictures(),
  };
  return {
    unseen,
    async encode(values, out, offset) {
      out.fill(0, offset, offset + width);
      const place = { ...state, out, at: offset };
      for (const [index, writer] of writers.entries()) {
        const value = values[index];
        const answer = value === undefined ? ABSENT : writer.write(value, place);
        // Nothing but a picture has to be waited for.
        const fault = answer instanceof Promise ? await answer : answer;
        if (fault) return { column: writer.column, ...fault };
        place.at += writer.width;
      }
      return null;
    },
  };
}

/** The time that tokens take grows with the text, however few of them the model reads. */
function textGate({ each, all }: TextLimits): (text: string) => Fault | null {
  let total = 0;
  return (text) => {
    const characters = charactersIn(text, each);
    total += characters;
    if (characters <= each && total <= all) return null;
    return {
      code: 'DATA_TOO_LARGE',
      message:
        characters > each
          ? `the text has over ${each} characters`
          : `the texts so far have over ${all} characters`,
      remedy: characters > each ? 'cut the text' : 'send fewer rows at once',
    };
  };
}

/** By code point, as JSON Schema counts; beyond `most` it is enough to know that it is more. */
function charactersIn(text: string, most: number): number {
  if (text.length <= most || text.length > 2 * most) return text.length;
  return [...text].length;
}

function writersOf(encoder: Encoder, notation: CellNotation): CellWriter[] {
  const one = (column: string, write: WriteCell) => [{ column, width: widthOf(encoder), write }];
  switch (encoder.type) {
    case 'number':
      return one(encoder.column, numberWriter(encoder, notation));
    case 'category':
      return one(encoder.column, categoryWriter(encoder));
    case 'date':
      return one(encoder.column, dateWriter(encoder));
    case 'text':
      return one(encoder.column, textWriter(encoder));
    case 'picture':
      return one(encoder.column, pictureWriter(encoder));
    case 'image': {
      const write = pixelWriter(encoder, notation);
      return encoder.columns.map((column) => ({ column, width: 1, write }));
    }
    case 'sequence': {
      const [list = ''] = encoder.columns;
      if (encoder.layout === 'list') return one(list, listWriter(encoder, notation));
      return encoder.columns.map((column, index) => ({
        column,
        width: 1,
        write: stepWriter(encoder, index, notation),
      }));
    }
  }
}
