/** What architecture and model artifacts hold, and the JSON that steps exchange about rows. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Bleu } from './audit/bleu.ts';
import type { DatasetInput, Encoder, TextEncoder } from '../data/dataset.ts';
import type { Activation, InputSpec, LayerSpec } from '../layers/layer-spec.ts';

export type { Activation, LayerSpec };

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
  | ChainRule;

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
  }[];
}

/** The JSON of `MEDIA_TYPE.explanations`. */
export interface Explanations {
  readonly method:
    | 'exact-shap'
    | 'kernel-shap'
    | 'integrated-gradients'
    | 'passage-shap'
    | 'expected-gradients'
    | 'saliency'
    | 'smoothgrad'
    | 'grad-cam'
    | 'occlusion'
    | 'counterfactual'
    | 'anchors';
  readonly settings: Readonly<Record<string, number | string>>;
  readonly featureNames: readonly string[];
  readonly inputShape: readonly number[];
  readonly classes: readonly string[];
  readonly part: 'train' | 'validation' | 'test';
  readonly rows: readonly RowExplanation[];
}

export interface RowExplanation {
  readonly row: number;
  readonly sourceRow: number;
  /** Index of the explained class: the predicted one. */
  readonly classIndex: number;
  /** Its probability at the row, and at the baseline (or the background's mean); `null` where a
   * method has no baseline. */
  readonly output: number;
  readonly baseOutput: number | null;
  /**
   * One per value of the encoded row; where `error` is a number, in probability, and they sum to
   * output − baseOutput but for it. Empty for what is no weight of values, such as a rule.
   */
  readonly attributions: readonly number[];
  /** |Σ attributions − (output − baseOutput)|; `null` for methods that promise no sum. */
  readonly error: number | null;
  /**
   * kernel-shap with drawn coalitions: an estimate of the largest error of an attribution, in
   * probability; `null` where nothing was drawn.
   */
  readonly samplingError: number | null;
  readonly evaluations: number;
  /**
   * passage-shap: each passage's tokens as text, and its value; their values sum as above.
   * occlusion of texts: each word, and its value.
   */
  readonly passages?: readonly { readonly text: string; readonly value: number }[];
  readonly counterfactual?: CounterfactualFound | CounterfactualMissing;
  readonly rule?: AnchorRule;
}

/** Where all of it is true, the model mostly answers as it does for the row. */
export interface AnchorRule {
  /** none: no rule is precise enough; what stands here is the most precise one seen. */
  readonly status: 'found' | 'none';
  /** As people read them; none: whatever the row is. */
  readonly predicates: readonly string[];
  /** Share of rows that the rule is true of with the same answer, and its confidence bounds. */
  readonly precision: { readonly value: number; readonly low: number; readonly high: number };
  /** Share of the training rows that it is true of. */
  readonly coverage: number;
}

/** The nearest row found that the model gives to another class. */
export interface CounterfactualFound {
  readonly status: 'found';
  readonly class: string;
  /** Its probability there. */
  readonly probability: number;
  /** Σ |change| / spread of the column in the training part, and 1 for each other category. */
  readonly distance: number;
  /** As people read them; `null` is an empty cell. */
  readonly changes: readonly {
    readonly feature: string;
    readonly from: string | number | null;
    readonly to: string | number | null;
  }[];
}

export interface CounterfactualMissing {
  readonly status: 'none';
  /** The class that was asked for; `null` where any other would have done. */
  readonly class: string | null;
  /** In words. */
  readonly reason: string;
}

/** The JSON of `MEDIA_TYPE.gallery`. */
export interface Gallery {
  readonly pictures: readonly {
    readonly name: string;
    readonly type: 'learning-curve' | 'confusion-matrix' | 'attribution-overlay';
    readonly title: string;
    readonly caption: string;
    /** attribution-overlay: the source row it shows. */
    readonly sourceRow: number | null;
    readonly svg: ArtifactRef;
    readonly png: ArtifactRef;
  }[];
}

/** The JSON of `MEDIA_TYPE.audit`. */
export interface AuditReport {
  readonly part: 'train' | 'validation' | 'test';
  readonly rows: number;
  readonly status: 'pass' | 'flag' | 'fail';
  readonly accuracy: { readonly value: number; readonly low: number; readonly high: number };
  readonly confidence: number;
  readonly bootstrapSamples: number;
  readonly perClass: readonly {
    readonly class: string;
    readonly rows: number;
    /** `null` where the figure is undefined: no such row, or none predicted. */
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
  }[];
  /** `[true class][predicted class]`. */
  readonly confusion: readonly (readonly number[])[];
  readonly expectedCalibrationError: number;
  readonly calibrationBins: readonly {
    readonly low: number;
    readonly high: number;
    readonly rows: number;
    readonly meanConfidence: number | null;
    readonly accuracy: number | null;
  }[];
  readonly noise: readonly {
    readonly standardDeviation: number;
    readonly accuracy: number;
    readonly drop: number;
  }[];
  readonly checks: readonly {
    readonly name: string;
    readonly status: 'pass' | 'flag' | 'fail';
    readonly value: number;
    readonly bound: number;
    readonly message: string;
  }[];
  /** Of a model that writes a text, whose accuracy is that of the very text. */
  readonly texts?: {
    /** Over the whole part, smoothed where an order of words has no match: 0 to 1. */
    readonly bleu: Bleu;
    readonly decoding: WrittenTexts['decoding'];
  };
  /** Reports of earlier versions have none. */
  readonly baselines?: readonly BaselineFigure[];
  readonly groups?: readonly GroupFigures[];
  readonly seed: number;
}

export interface BaselineFigure {
  /** majority: always the training part's most frequent class; model: a simple model. */
  readonly name: 'majority' | 'model';
  readonly accuracy: number;
  /** Accuracy of the model minus that of the baseline, and its bootstrap interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Rows that only one of the two gets right. */
  readonly modelOnly: number;
  readonly baselineOnly: number;
  /** Two-sided, of the exact McNemar test. */
  readonly pValue: number;
  /** Whether the model is right more often, significantly. */
  readonly beaten: boolean;
}

export interface MeasuredGap {
  readonly value: number;
  /** Bootstrap percentile interval. */
  readonly low: number;
  readonly high: number;
}

/** One column's groups; `null` where a figure is undefined. */
export interface GroupFigures {
  readonly column: string;
  readonly favourable: string;
  readonly groups: readonly {
    readonly group: string;
    readonly rows: number;
    /** Rows whose true class is the favourable one. */
    readonly favourableRows: number;
    /** Share that is given the favourable class. */
    readonly favourableRate: MeasuredGap | null;
    /** The same share of the rows that are of it, and of those that are not. */
    readonly truePositiveRate: MeasuredGap | null;
    readonly falsePositiveRate: MeasuredGap | null;
    /** Share where the model is right about the favourable class. */
    readonly accuracy: MeasuredGap | null;
  }[];
  readonly gaps: {
    readonly demographicParity: MeasuredGap | null;
    readonly equalisedOdds: MeasuredGap | null;
    readonly disparateImpact: MeasuredGap | null;
  };
  /** Groups and true classes in them that are too small. */
  readonly warnings: readonly string[];
}
