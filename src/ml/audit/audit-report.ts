/** What an audit says. Each section has a type of its own; reports of earlier versions lack some. */
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import type { WrittenTexts } from '../model.ts';
import type { Bleu } from './bleu.ts';
import type { PairCounts } from './paired-test.ts';
import type { ClassMetric, MetricName } from './metric-names.ts';

/** The JSON of `MEDIA_TYPE.audit`: one line a section. */
export type AuditReport = AuditVerdict &
  PerformanceFigures &
  Partial<MetricFigures> &
  CalibrationFigures &
  NoiseFigures &
  Partial<BaselineFigures> &
  Partial<GroupsFigures> &
  Partial<SlicesFigures> &
  Partial<WeakSegmentFigures> &
  Partial<ComparisonWithProduction> &
  Partial<TextFigures> &
  Partial<BehaviourFigures> &
  Partial<AdversarialFigures> &
  Partial<MembershipFigures> &
  Partial<LeakageFigures> &
  Partial<StochasticityFigures>;

export interface AuditVerdict {
  readonly part: 'train' | 'validation' | 'test';
  readonly rows: number;
  /** The worst of the checks. */
  readonly status: 'pass' | 'flag' | 'fail';
  /** In the order of the sections. */
  readonly checks: readonly {
    readonly name: string;
    readonly status: 'pass' | 'flag' | 'fail';
    readonly value: number;
    readonly bound: number;
    readonly message: string;
  }[];
  readonly seed: number;
}

export interface PerformanceFigures {
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
}

/** Reports of earlier versions, and of models that write texts, have none. */
export interface MetricFigures {
  /** Over all rows. */
  readonly metrics: Readonly<Record<MetricName, MeasuredFigure>>;
  /** Of each class against all others. */
  readonly classMetrics: readonly ({ readonly class: string } & Readonly<
    Record<ClassMetric, MeasuredFigure>
  >)[];
}

export type MeasuredFigure =
  | {
      readonly value: number;
      /** Bootstrap percentile interval over the resamples that define the figure; `null`: none does. */
      readonly low: number | null;
      readonly high: number | null;
      /** Resamples that lack what the figure needs, such as a row of a rare class. @default 0 */
      readonly leftOut?: number;
    }
  | {
      readonly value: null;
      /** In words, such as `no row is of the class "ham"`. */
      readonly reason: string;
    };

export interface CalibrationFigures {
  readonly expectedCalibrationError: number;
  readonly calibrationBins: readonly {
    readonly low: number;
    readonly high: number;
    readonly rows: number;
    readonly meanConfidence: number | null;
    readonly accuracy: number | null;
  }[];
}

export interface NoiseFigures {
  readonly noise: readonly {
    readonly standardDeviation: number;
    readonly accuracy: number;
    readonly drop: number;
  }[];
}

/** Of a model that writes a text, whose accuracy is that of the very text. */
export interface TextFigures {
  readonly texts: {
    /** Over the whole part, smoothed where an order of words has no match: 0 to 1. */
    readonly bleu: Bleu;
    readonly decoding: WrittenTexts['decoding'];
  };
}

export interface BaselineFigures {
  readonly baselines: readonly BaselineFigure[];
}

export interface GroupsFigures {
  readonly groups: readonly GroupFigures[];
}

export interface SlicesFigures {
  readonly slices: readonly ColumnSlices[];
}

/** The rows of a part, divided by one column. */
export interface ColumnSlices {
  readonly column: string;
  readonly slices: readonly ({
    /** Such as `under 25`. */
    readonly slice: string;
    readonly rows: number;
  } & Readonly<Record<SliceMetric, MeasuredFigure>>)[];
  /** Smaller slices tell little: they are warned of, and held against no bound. */
  readonly minRows: number;
  readonly warnings: readonly string[];
}

export type SliceMetric = 'accuracy' | 'f1' | 'logLoss' | 'expectedCalibrationError';

export interface WeakSegmentFigures {
  readonly weakSegments: WeakSegments;
}

export interface WeakSegments {
  /** Segments that were tested. */
  readonly tried: number;
  /** Share of false discoveries that was accepted. */
  readonly alpha: number;
  /** The clearest first. */
  readonly segments: readonly WeakSegment[];
  /** Further ones that only are weak as parts of those. */
  readonly explained: number;
}

export interface WeakSegment {
  /** All of them hold, such as `age under 25`. */
  readonly conditions: readonly string[];
  readonly rows: number;
  /** Share of wrong rows in it, and in all others. */
  readonly errorRate: number;
  readonly restErrorRate: number;
  /** One-sided, of Fisher's exact test. */
  readonly pValue: number;
  /** The same, corrected for all segments that were tried. */
  readonly adjusted: number;
}

/** Of the tests that the pipeline declares, in their order. */
export interface BehaviourFigures {
  readonly behaviour: readonly BehaviourFigure[];
}

export interface BehaviourFigure {
  readonly name: string;
  readonly type: 'minimum' | 'invariance' | 'directional';
  readonly tried: number;
  readonly failed: number;
  /** `null` where nothing was tried. */
  readonly passRate: number | null;
  readonly minPassRate: number;
  readonly onFail: 'fail' | 'flag';
  /** Of those that failed, the farthest off. */
  readonly examples: readonly BehaviourExample[];
}

export interface BehaviourExample {
  /** Of the source; of rows that the test gives their place, from 0. */
  readonly row: number;
  /** `null` of a row that the test gives. */
  readonly before: ShownAnswer | null;
  readonly after: ShownAnswer;
}

export interface ShownAnswer {
  /** What of the row matters here, as people read it. */
  readonly cells: string;
  readonly class: string;
  /** `[classes]`. */
  readonly probabilities: readonly number[];
}

export interface ComparisonWithProduction {
  readonly production: ProductionFigure;
}

export type ProductionFigure =
  /** No model is in production yet. */
  | { readonly verdict: 'first' }
  | {
      /** worse and better: significantly so. */
      readonly verdict: 'better' | 'worse' | 'unsure';
      /** In the registry; `null` for a model that was given. */
      readonly version: number | null;
      readonly model: ArtifactRef;
      /** Compared, and left out because either model was fitted to them. */
      readonly rows: number;
      readonly leftOut: number;
      /** Of both on the rows compared. */
      readonly accuracy: number;
      readonly productionAccuracy: number;
      /** Accuracy minus that of production, with its bootstrap interval over pairs. */
      readonly difference: MeasuredGap;
      /** Two-sided, of the exact McNemar test. */
      readonly pValue: number;
      readonly counts: PairCounts;
    };

export interface AdversarialFigures {
  readonly adversarial: {
    /** Of the part, drawn by the seed. */
    readonly rows: number;
    readonly steps: number;
    /** Without an attack first. */
    readonly attacks: readonly AttackFigure[];
  };
}

export interface AttackFigure {
  readonly attack: 'none' | 'fgsm' | 'pgd';
  /** Standard deviations of a number, shares of a pixel's range. */
  readonly epsilon: number;
  /** Share of rows told right as they are and wherever the attack moved them. */
  readonly accuracy: number;
  /** Bootstrap percentile interval. */
  readonly low: number;
  readonly high: number;
  /** −ln p(label), the largest that was found for each row. */
  readonly meanLoss: number;
}

export interface LeakageFigures {
  readonly leakage: {
    readonly rows: number;
    readonly trainingRows: number;
    /** Audited rows of which the training part has the very same values. */
    readonly sharedRows: number;
    /** Of those, rows that have another label there. */
    readonly contradictoryRows: number;
    /** Rows whose nearest training row was looked for. */
    readonly comparedRows: number;
    /** Of those, rows that are nearly there; `null` where rows have no distance or there are too many. */
    readonly nearRows: number | null;
    readonly near: number;
    /** Shared or nearly there, of the rows compared. */
    readonly leakedShare: number;
    /** Features that tell a class alone, on the training part, the best first; at most 20. */
    readonly alone: readonly {
      readonly feature: string;
      readonly class: string;
      /** 0.5 to 1. */
      readonly auc: number;
    }[];
  };
}

export interface StochasticityFigures {
  readonly stochasticity: {
    readonly rows: number;
    /** Rows with a probability that differs, however little, when they are asked again. */
    readonly differingRows: number;
    readonly largestDifference: number;
    /** Of models that were trained under other seeds. */
    readonly churn: {
      readonly models: number;
      /** Rows that one of them gives another class, and the mean over them. */
      readonly share: number;
      readonly mean: number;
    } | null;
  };
}

export interface MembershipFigures {
  readonly membership: {
    /** Rows of the training part, and of the audited one. */
    readonly members: number;
    readonly others: number;
    readonly attacks: readonly MembershipAttack[];
  };
}

/** An attacker who tells rows that were trained on by the loss, or by the highest probability. */
export interface MembershipAttack {
  readonly attack: 'loss' | 'confidence';
  /** Over all thresholds; 0.5 tells nothing. */
  readonly auc: number;
  readonly aucLow: number;
  readonly aucHigh: number;
  /** At the mean of the training rows; 0 tells nothing, and 1 all. */
  readonly advantage: number;
  readonly advantageLow: number;
  readonly advantageHigh: number;
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
