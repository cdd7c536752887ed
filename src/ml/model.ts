/** What architecture and model artifacts hold, and the JSON that steps exchange about rows. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { DatasetInput, Encoder, TextEncoder } from '../data/dataset.ts';
import type { Activation, InputSpec, LayerSpec } from '../layers/layer-spec.ts';

export type {
  ChosenRow,
  CounterfactualFound,
  CounterfactualMissing,
  ExplanationQuality,
  Explanations,
  GlobalExplanations,
  RowExplanation,
} from './explain/explanations.ts';
export type { Activation, LayerSpec };
export type {
  AuditReport,
  BaselineFigure,
  GroupFigures,
  MeasuredGap,
} from './audit/audit-report.ts';

/** The JSON of an artifact of media type `MEDIA_TYPE.architecture`. */
export interface Architecture {
  readonly version: 1;
  readonly inputShape: readonly number[];
  /** Slices of the row. @default one, named `input`, that is the whole row */
  readonly inputs?: readonly InputSpec[];
  readonly classes: number;
  /** As the data set's: the output is `[length, classes]`. @default one class a row */
  readonly labelShape?: readonly number[];
  /** In topological order. Ends with the output: dense with `classes` units and softmax. */
  readonly layers: readonly LayerSpec[];
  /** Seed of the initial weights. */
  readonly seed: number;
}

/** How rows of the source become the model's input; stored with every model. */
export interface InputContract {
  readonly inputShape: readonly number[];
  /** As the data set's; models of earlier versions only have their architecture's. */
  readonly inputs?: readonly DatasetInput[];
  readonly featureNames: readonly string[];
  readonly encoders: readonly Encoder[];
  readonly classes: readonly string[];
  readonly target: string;
  /** Of a model that writes a text: as the data set's. */
  readonly labelShape?: readonly number[];
  readonly targetEncoder?: TextEncoder;
}

/** The JSON of an artifact of media type `MEDIA_TYPE.model`. */
export type ModelManifest = NetworkManifest | ForeignManifest | FusionManifest;

export interface NetworkManifest {
  readonly version: 1;
  readonly type: 'network';
  readonly input: InputContract;
  readonly architecture: Architecture;
  /** All weights in layer order, float32 little-endian, back to back. */
  readonly weights: ArtifactRef;
  /** Absent: its weights were made elsewhere, see `imported`. */
  readonly trainedOn?: TrainingRecord;
  readonly imported?: ImportRecord;
}

export interface TrainingRecord {
  /** SHA-256 of the data set's manifest. */
  readonly dataset: string;
  readonly backend: string;
  /** The data set itself; models of earlier versions only have its digest. */
  readonly data?: ArtifactRef;
  /** The model whose weights training started from. */
  readonly startedFrom?: ArtifactRef;
  /** The models whose layers or weights this one is made of. */
  readonly joined?: readonly ArtifactRef[];
}

export const CLOSED_FORMATS = ['saved-model', 'graph-model', 'onnx'] as const;
/** Formats whose models are computed as they are, forward only. */
export type ClosedFormat = (typeof CLOSED_FORMATS)[number];

/** Where an imported model came from. */
export interface ImportRecord {
  readonly format: 'keras' | 'h5' | 'layers-model' | ClosedFormat;
  /** As the pipeline named it. */
  readonly file: string;
  /** SHA-256 over all its files. */
  readonly fingerprint: string;
}

/** A model that another framework's runtime computes: it has no gradients and cannot be trained. */
export interface ForeignManifest {
  readonly version: 1;
  readonly type: 'foreign';
  readonly input: InputContract;
  readonly format: ClosedFormat;
  readonly reading: ForeignReading;
  /** By their paths within the model's folder; of ONNX one. */
  readonly files: readonly { readonly path: string; readonly artifact: ArtifactRef }[];
  readonly imported: ImportRecord;
}

/** How rows go into a foreign model, and what its answers mean. */
export interface ForeignReading {
  readonly output: 'probabilities' | 'logits';
  /** Of pictures and sequences: where the channels or features stand. */
  readonly layout: 'channels-last' | 'channels-first';
  /** Of each class, its place among the outputs. */
  readonly order: readonly number[];
  /** Which part of a row each input is, in the order of the model's. */
  readonly feeds: readonly {
    readonly name: string;
    readonly offset: number;
    /** As a row has it. */
    readonly shape: readonly number[];
  }[];
  /** Of several outputs the one that gives the classes. */
  readonly outputName?: string;
  /** Of a SavedModel. */
  readonly signature?: string;
}

export type FusionManifest = {
  readonly version: 1;
  readonly type: 'fusion';
  readonly input: InputContract;
  readonly members: readonly ArtifactRef[];
} & FusionRule;

export type FusionRule =
  | {
      readonly method: 'average' | 'weighted-average' | 'vote';
      /** Sum 1, one per member. */
      readonly weights: readonly number[];
    }
  | {
      readonly method: 'cascade';
      /** For each member but the last: the confidence from which on it is believed. */
      readonly thresholds: readonly number[];
    }
  | { readonly method: 'stacking'; readonly meta: StackingModel }
  | TemperatureRule
  | ChainRule;

/** One member, calibrated: softmax(ln p / T). */
export interface TemperatureRule {
  readonly method: 'temperature';
  /** T, above 0; above 1 it makes the model less confident. */
  readonly temperature: number;
}

/** Two members: the second reads the row and, after it, what the first says of the row. */
export interface ChainRule {
  readonly method: 'chain';
  /** Of the first, a network: the layer whose values are passed. @default its probabilities */
  readonly layer?: string;
}

/** softmax(W·ln p + b), p being the members' probabilities, one member after the other. */
export interface StackingModel {
  /** W: `[classes][members · classes]`. */
  readonly weights: readonly (readonly number[])[];
  /** b: `[classes]`. */
  readonly bias: readonly number[];
}

/** The JSON of `MEDIA_TYPE.history`. Losses are mean cross-entropy in nats, of rows or of tokens. */
export interface TrainingHistory {
  readonly epochs: readonly EpochRecord[];
  readonly bestEpoch: number;
}

export interface EpochRecord {
  /** From 1, each exactly once. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Macro-averaged; histories of earlier versions do not have it. */
  readonly f1?: number;
  readonly validationF1?: number | null;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Milliseconds since 1970, when the epoch ended; the one field a crash may change. */
  readonly endedAtMs: number;
  /** Of several tasks, by name; the figures above are then over the rows of all. */
  readonly tasks?: Readonly<Record<string, TaskRecord>>;
}

export interface TaskRecord {
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** What its loss was multiplied by in this epoch. */
  readonly weight: number;
}

/** The JSON of `MEDIA_TYPE.predictions`; all arrays have one entry per row, in part order. */
export interface Predictions {
  readonly part: 'train' | 'validation' | 'test';
  readonly classes: readonly string[];
  /** Row of the source, from 0. */
  readonly sourceRows: readonly number[];
  /** Index of the true class. */
  readonly labels: readonly number[];
  /** `[rows][classes]`, each row sums to 1. */
  readonly probabilities: readonly (readonly number[])[];
  /** Of a prediction with `flag.conformal`. */
  readonly conformal?: PredictedSets;
}

/** Sets of classes that lack the true one with a probability of at most `alpha`. */
export interface PredictedSets {
  readonly alpha: number;
  /** The calibration. */
  readonly calibration: ArtifactRef;
  /** `[rows]`, indices of classes, rising; may be empty. */
  readonly sets: readonly (readonly number[])[];
}

/** The JSON of `MEDIA_TYPE.texts`: what a model writes for the rows of a part, in part order. */
export interface WrittenTexts {
  readonly part: 'train' | 'validation' | 'test';
  readonly decoding: { readonly beam: number; readonly lengthPenalty: number };
  readonly rows: readonly {
    /** Row of the source, from 0. */
    readonly sourceRow: number;
    readonly text: string;
    /** What people wrote; of a text that is cut what is left of it. */
    readonly reference: string;
    readonly isExact: boolean;
    /** Probability of the text, its end included. */
    readonly confidence: number;
  }[];
}

/** The JSON of `MEDIA_TYPE.rows`: a selection from a part. */
export interface RowSelection {
  readonly part: 'train' | 'validation' | 'test';
  /** `row` is the index within the part; `sourceRow` the row of the source, from 0. */
  readonly rows: readonly {
    readonly row: number;
    readonly sourceRow: number;
    /** Why it was flagged, in words, such as `confidence 0.41 < 0.60`. */
    readonly reason: string;
    /** It is of the random sample; whether a rule flagged it, too. Absent: flagged by a rule alone. */
    readonly sampled?: 'flagged' | 'accepted';
  }[];
}

export const PICTURE_TYPES = [
  'learning-curve',
  'confusion-matrix',
  'roc-curve',
  'pr-curve',
  'calibration',
  'attribution-overlay',
  'decision-path',
  'decision-boundary',
  'first-layer-filters',
  'activation-map',
  'activation-maximisation',
  'attention-map',
  'embedding-projection',
] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** The JSON of `MEDIA_TYPE.gallery`. */
export interface Gallery {
  readonly pictures: readonly {
    readonly name: string;
    readonly type: PictureType;
    readonly title: string;
    readonly caption: string;
    /** Of a picture of one row: its source row. */
    readonly sourceRow: number | null;
    readonly svg: ArtifactRef;
    readonly png: ArtifactRef;
    /** The same on dark paper; galleries of earlier versions have none. */
    readonly dark?: { readonly svg: ArtifactRef; readonly png: ArtifactRef };
    /** The data that is drawn; galleries of earlier versions have none. */
    readonly csv?: ArtifactRef;
  }[];
}
