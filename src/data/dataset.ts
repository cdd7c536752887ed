/** What a data set artifact holds: encoded parts, the encoders, and the rows as people know them. */
import type { ArtifactRef } from '../artifacts/artifact.ts';

export type PartName = 'train' | 'validation' | 'test';

/** One column of the source, and how it became numbers; fitted on the training part only. */
export type Encoder =
  | {
      readonly type: 'number';
      readonly column: string;
      readonly scale: 'standard' | 'minmax' | 'none';
      /** encoded = (value − offset) / divisor; divisor is never 0. */
      readonly offset: number;
      readonly divisor: number;
      /** Stands for an empty cell: the training part's median. */
      readonly imputed: number;
    }
  | {
      readonly type: 'category';
      readonly column: string;
      /** One-hot in this order; a value not in it encodes as all zeros. */
      readonly categories: readonly string[];
    }
  | {
      readonly type: 'image';
      readonly columns: readonly string[];
      /** `[height, width, channels]`. */
      readonly shape: readonly [number, number, number];
      /** Values that become 0 and 1. */
      readonly range: readonly [number, number];
    };

/** One of several inputs of a model, a slice of the row. */
export interface DatasetInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where it begins in the row. */
  readonly offset: number;
  /** Of tokens: how many ids there are, padding and specials included. */
  readonly vocabulary?: number;
}

export interface DatasetPart {
  readonly rows: number;
  /** float32 little-endian, `[rows, ...inputShape]`, media type tensor. */
  readonly x: ArtifactRef;
  /** int32 little-endian, `[rows]`, indices into `classes`. */
  readonly y: ArtifactRef;
  /** int32 little-endian, `[rows]`: the row of the source (from 0, header not counted). */
  readonly sourceRows: ArtifactRef;
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

/** The JSON of an artifact of media type `MEDIA_TYPE.dataset`. */
export interface DatasetManifest {
  readonly version: 1;
  readonly source: { readonly path: string; readonly sha256: string; readonly rows: number };
  readonly target: string;
  /** Class names, sorted by UTF-16 code unit, numbers numerically. */
  readonly classes: readonly string[];
  /** `[features]` for a table, `[height, width, channels]` for pictures. */
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
  };
}
