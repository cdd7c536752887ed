/** What a data set artifact holds: encoded parts, the encoders, and the rows as people know them. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { JsonObject } from '../json.ts';

export type PartName = 'train' | 'validation' | 'test';

/** What of the source became numbers, and how; fitted on the training part only. */
export type Encoder =
  | NumberEncoder
  | CategoryEncoder
  | DateEncoder
  | ImageEncoder
  | PictureEncoder
  | SequenceEncoder
  | TextEncoder;

export interface NumberEncoder {
  readonly type: 'number';
  readonly column: string;
  readonly scale: 'standard' | 'minmax' | 'none';
  /** encoded = (value − offset) / divisor; divisor is never 0. */
  readonly offset: number;
  readonly divisor: number;
  /** Stands for an empty cell: the training part's median. */
  readonly imputed: number;
}

export interface CategoryEncoder {
  readonly type: 'category';
  readonly column: string;
  /** One-hot in this order; a value not in it encodes as all zeros. */
  readonly categories: readonly string[];
}

export const DATE_PARTS = ['year', 'month', 'day', 'weekday', 'hour'] as const;
export type DatePart = (typeof DATE_PARTS)[number];

export interface DateEncoder {
  readonly type: 'date';
  readonly column: string;
  /** How a cell is written: ISO 8601, day first, month first, or seconds since 1970 (UTC). */
  readonly format: 'iso' | 'dmy' | 'mdy' | 'unix';
  /**
   * In this order: the year as a number, scaled as below; every other as sine and cosine of its
   * share of a turn (month of 12, day of 31, weekday from Monday of 7, hour of 24). An empty cell
   * is all zeros.
   */
  readonly parts: readonly DatePart[];
  readonly year: { readonly offset: number; readonly divisor: number };
}

/** Pixels in columns of their own. */
export interface ImageEncoder {
  readonly type: 'image';
  readonly columns: readonly string[];
  /** `[height, width, channels]`. */
  readonly shape: readonly [number, number, number];
  /** Values that become 0 and 1. */
  readonly range: readonly [number, number];
}

/** A picture that one column names; its pixels, 0 to 255, become 0 to 1. */
export interface PictureEncoder {
  readonly type: 'picture';
  readonly column: string;
  /** `[height, width, channels]`. */
  readonly shape: readonly [number, number, number];
  readonly fit: 'fill' | 'cover' | 'contain';
}

/** Numbers in time: columns of numbers, step after step, or one column of JSON lists. */
export interface SequenceEncoder {
  readonly type: 'sequence';
  readonly columns: readonly string[];
  readonly layout: 'columns' | 'list';
  /** `[steps, features]`; a shorter list is padded with zeros at its end, a longer one cut there. */
  readonly shape: readonly [number, number];
  readonly scale: NumberEncoder['scale'];
  /** One per feature, over all steps; an empty cell is the offset. */
  readonly offsets: readonly number[];
  readonly divisors: readonly number[];
}

/** Ids that every vocabulary of texts begins with. */
export const SPECIAL_TOKENS = { padding: 0, unknown: 1, start: 2, end: 3 } as const;
/** The first id of a vocabulary's own. */
export const FIRST_TOKEN = 4;

interface TokenEncoder {
  readonly type: 'text';
  readonly column: string;
  readonly lowercase: boolean;
  /** Whether a start stands before the text and an end after it. */
  readonly marks: boolean;
  /** Ids in a row; a longer text is cut at its end, a shorter one padded there. */
  readonly length: number;
}

export type TextEncoder = WordEncoder | CharacterEncoder | BpeEncoder;

export interface WordEncoder extends TokenEncoder {
  readonly tokenizer: 'word';
  /** From id 4 on, the most frequent first. */
  readonly vocabulary: readonly string[];
}

export interface CharacterEncoder extends TokenEncoder {
  readonly tokenizer: 'character';
  /** From id 4 on, the most frequent first. */
  readonly vocabulary: readonly string[];
}

export interface BpeEncoder extends TokenEncoder {
  readonly tokenizer: 'bpe';
  /** Ids, specials included. */
  readonly tokens: number;
  /** As in a tokenizer.json. */
  readonly definition: JsonObject;
}

export interface DatasetPart {
  readonly rows: number;
  /** float32 little-endian, `[rows, ...inputShape]`, media type tensor. */
  readonly x: ArtifactRef;
  /** int32 little-endian, `[rows, ...labelShape]`, indices into `classes`. */
  readonly y: ArtifactRef;
  /** int32 little-endian, `[rows]`: the row of the source (from 0, header not counted). */
  readonly sourceRows: ArtifactRef;
  /** What people read of each row where the encoding does not keep it: see `ShownRows`. */
  readonly shown?: ArtifactRef;
}

/** Cells as the source has them, by column, each `[rows]`, cut where they are very long. */
export interface ShownRows {
  readonly columns: Readonly<Record<string, readonly (string | null)[]>>;
}

/** One of several inputs of a model, a slice of the row. */
export interface DatasetInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where it begins in the row. */
  readonly offset: number;
  /** Of tokens: how many ids there are, padding and specials included. */
  readonly vocabulary?: number;
}

/** How many labels a row has. */
export const labelsOfRow = ({ labelShape }: Pick<DatasetManifest, 'labelShape'>): number =>
  labelShape?.[0] ?? 1;

/** The JSON of an artifact of media type `MEDIA_TYPE.dataset`. */
export interface DatasetManifest {
  readonly version: 1;
  readonly source: { readonly path: string; readonly sha256: string; readonly rows: number };
  readonly target: string;
  /**
   * Class names, sorted by UTF-16 code unit, numbers numerically; of a target that is a text the
   * tokens of its vocabulary, in the order of their ids.
   */
  readonly classes: readonly string[];
  /**
   * `[length]`: the target is a text, and a row has a token of it at each place, the text after its
   * start and with its end; 0 is padding and counts nowhere. The row itself ends with the input
   * `target`: the same text from its start on, one place behind. Absent: one label a row.
   */
  readonly labelShape?: readonly number[];
  /** How the target became tokens; there with `labelShape`. */
  readonly targetEncoder?: TextEncoder;
  /**
   * `[features]` for a table, `[height, width, channels]` for pictures, `[length]` for tokens,
   * `[steps, features]` for sequences, `[values]` for several inputs.
   */
  readonly inputShape: readonly number[];
  /** Absent for one input that is no text: it has the whole row and `inputShape`. */
  readonly inputs?: readonly DatasetInput[];
  /** One per value of an encoded row, such as `mean_radius`, `colour=red`, `pixel_0_3`. */
  readonly featureNames: readonly string[];
  readonly encoders: readonly Encoder[];
  readonly parts: Readonly<Record<PartName, DatasetPart>>;
  /**
   * Empty cells of the training part by column, for numbers and pixels: once encoded, what stands
   * for them looks like any value. Columns without any are left out; data sets of earlier versions
   * do not say.
   */
  readonly missing?: Readonly<Record<string, number>>;
  readonly split: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly stratify: boolean;
    readonly seed: number;
    readonly group?: string;
    readonly by?: string;
    readonly column?: string;
  };
}
