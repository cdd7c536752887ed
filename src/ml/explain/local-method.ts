import type { DatasetManifest } from '../../data/dataset.ts';
import type { Classifier } from '../classifier.ts';
import type { RowExplanation } from '../model.ts';
import type { AdaptiveSettings } from './adaptive.ts';
import type { ActionableColumns } from './counterfactual/changeable-columns.ts';
import type { ModelFunction, RowBlock } from './model-function.ts';
import type { Passage, TokenSlice } from './passages.ts';

/** What all methods may read of the step's settings; each method says which of them it reads. */
export interface ExplainSettings {
  readonly samples?: number | undefined;
  readonly steps: number;
  readonly passageTokens?: number | undefined;
  readonly noise?: number | undefined;
  readonly signs?: 'signed' | 'absolute' | 'positive' | undefined;
  readonly layer?: string | undefined;
  readonly window?: number | undefined;
  readonly stride?: number | undefined;
  readonly fill?: number | undefined;
  readonly targetClass?: string | undefined;
  readonly targetProbability?: number | undefined;
  readonly actionable?: ActionableColumns | undefined;
  readonly precision?: number | undefined;
  /** lime: features that the explanation keeps. */
  readonly features?: number | undefined;
  /** lime: width of the kernel over distances. */
  readonly kernelWidth?: number | undefined;
  /** lime on pictures: superpixels. */
  readonly segments?: number | undefined;
  readonly adaptive?: AdaptiveSettings | undefined;
  readonly seed: number;
}

/** Rows of the training part: none, the step's `background`, or all. */
export type Reads = 'nothing' | 'background' | 'training-part';

/** What is the same for all rows that are explained. */
export interface ExplainContext {
  readonly classifier: Classifier;
  /** How rows became values. */
  readonly manifest: DatasetManifest;
  /** What the classifier answers. Methods ask it through this alone, but for its gradients. */
  readonly model: ModelFunction;
  readonly settings: ExplainSettings;
  /** Rows of the training part; empty for a method that does not read them. */
  readonly background: RowBlock;
  /** A row's text as it is written; `null` where the data set does not keep it. */
  readonly textOf: (row: number, column: string) => string | null;
  /** Where texts are in a row. */
  readonly texts: readonly TokenSlice[];
  /** A passage of a row as people read it. */
  readonly readPassage: (row: Float32Array, passage: Passage) => string;
  /** Called between model calls: heartbeats; throws to stop. */
  readonly onBatch: () => void;
}

export interface RowToExplain {
  /** Index within the part; also names the random draws, so that a row's are its own. */
  readonly row: number;
  readonly sourceRow: number;
  /** `[values]`. */
  readonly x: Float32Array;
}

/** All of an explanation but the row's place; the attributions still in an array of doubles. */
export type Found = Omit<RowExplanation, 'row' | 'sourceRow' | 'classIndex' | 'attributions'> & {
  readonly attributions: Float64Array;
};

/** One way to explain a single prediction. Its file in `methods/` is all that the step knows of it. */
export interface LocalMethod {
  /** Rows of the training part that it reads; a function where the data decide. */
  readonly reads: Reads | ((manifest: DatasetManifest) => Reads);
  /** What is written beside the explanations, so that they can be made again. */
  readonly settings: (context: ExplainContext) => Readonly<Record<string, number | string>>;
  readonly explain: (
    target: RowToExplain,
    classIndex: number,
    context: ExplainContext,
  ) => Promise<Found>;
}
