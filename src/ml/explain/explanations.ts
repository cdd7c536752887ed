/** What the step `explain` says: of single rows, and of a model as a whole. */

/** The JSON of `MEDIA_TYPE.explanations`. */
export interface Explanations {
  readonly method:
    | 'exact-shap'
    | 'kernel-shap'
    | 'permutation-shap'
    | 'lime'
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
   * Where coalitions, orders or samples were drawn: an estimate of the largest error of an
   * attribution, in probability; `null` where nothing was drawn.
   */
  readonly samplingError: number | null;
  readonly evaluations: number;
  /**
   * passage-shap: each passage's tokens as text, and its value; their values sum as above.
   * occlusion of texts: each word, and its value.
   */
  readonly passages?: readonly { readonly text: string; readonly value: number }[];
  /** How far it can be relied on; explanations of earlier versions do not have it. */
  readonly quality?: ExplanationQuality | null;
  /** Why it is not to be relied on, in words; empty for one that is. */
  readonly doubts?: readonly string[];
  readonly counterfactual?: CounterfactualFound | CounterfactualMissing;
  readonly rule?: AnchorRule;
  /** lime: what its features are called, such as `width > 1.80` or a word, the strongest first. */
  readonly parts?: readonly { readonly text: string; readonly value: number }[];
  /** lime: of the weighted linear model around the row. */
  readonly surrogate?: {
    /** Share of the model's weighted variance that it follows. */
    readonly r2: number;
    readonly intercept: number;
    /** What it says of the row itself, where the model says `output`. */
    readonly localPrediction: number;
  };
  /** Adaptive sampling: how far it went, and whether what was asked for came true. */
  readonly adaptive?: {
    readonly samples: number;
    readonly isTight: boolean;
    /** The widest interval among the strongest features, in probability; `null` if none is known. */
    readonly width: number | null;
  };
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

/** Figures are `null` where there was nothing to measure. */
export interface ExplanationQuality {
  /** How many seeds it was explained with; 1 where the method draws nothing. */
  readonly seeds: number;
  /** Mean Spearman correlation of the attributions with those of the other seeds. */
  readonly rankCorrelation: number | null;
  /** Mean Jaccard index of the most important values with those of the other seeds. */
  readonly topJaccard: number | null;
  /** Areas under the probability while values are taken out, or put in, by their attributions. */
  readonly deletion: number | null;
  readonly insertion: number | null;
}

/** The JSON of `MEDIA_TYPE.globalExplanations`: what a model goes by, over many rows. */
export interface GlobalExplanations {
  readonly part: 'train' | 'validation' | 'test';
  readonly classes: readonly string[];
  readonly seed: number;
  readonly permutationImportance?: {
    readonly rows: number;
    readonly repeats: number;
    /** Accuracy as it is. */
    readonly accuracy: number;
    /** The most important first. */
    readonly features: readonly {
      readonly feature: string;
      /** Accuracy lost in each repeat, their mean and standard deviation. */
      readonly drops: readonly number[];
      readonly mean: number;
      readonly standardDeviation: number;
    }[];
  };
  readonly partialDependence?: {
    readonly rows: number;
    readonly features: readonly {
      readonly feature: string;
      /** In the units of the source; of a category its values. */
      readonly grid: readonly (number | string)[];
      /** `[classes][grid]`: mean probability. */
      readonly average: readonly (readonly number[])[];
      /** Individual conditional expectations of some rows: `[classes][grid]` each. */
      readonly individual: readonly {
        readonly sourceRow: number;
        readonly probabilities: readonly (readonly number[])[];
      }[];
    }[];
  };
  readonly prototypes?: {
    /** Rows they were chosen from. */
    readonly rows: number;
    readonly gamma: number;
    readonly discrepancy: number;
    readonly prototypes: readonly (ChosenRow & {
      /** Share of the rows to which it is the nearest prototype. */
      readonly share: number;
    })[];
    readonly criticisms: readonly ChosenRow[];
  };
  readonly surrogateTree?: {
    readonly trainingRows: number;
    readonly rows: number;
    readonly depth: number;
    readonly leaves: number;
    /** Share of the rows of which it says what the model says: of the part, and of those it learned from. */
    readonly fidelity: number;
    readonly trainingFidelity: number;
    /** What the model's most frequent answer alone would have. */
    readonly majority: number;
    /** A rule for each leaf, from left to right. */
    readonly rules: readonly {
      readonly conditions: readonly string[];
      readonly class: string;
      readonly rows: number;
      /** Share of its rows that are of its class. */
      readonly share: number;
    }[];
  };
}

/** A row that was chosen to be looked at. */
export interface ChosenRow {
  readonly row: number;
  readonly sourceRow: number;
  readonly label: string;
  readonly predicted: string;
  readonly probability: number;
}
