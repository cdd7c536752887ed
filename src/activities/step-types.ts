/* Generated from schemas/ by `npm run types`. Do not edit. */
import type { ArtifactRef } from '../artifacts/artifact.ts';

/**
 * Activation function.
 */
export type Activation = 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'gelu' | 'softmax' | 'linear';
export type Layer =
  | {
      type: 'dense';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Units.
       */
      units: number;
      activation?: Activation;
    }
  | {
      type: 'conv2d';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Filters.
       */
      filters: number;
      /**
       * Side of the kernel; 3 if not given.
       */
      kernelSize?: number;
      /**
       * Step; 1 if not given.
       */
      strides?: number;
      /**
       * Padding; same if not given.
       */
      padding?: 'valid' | 'same';
      activation?: Activation;
    }
  | {
      type: 'conv1d';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Filters.
       */
      filters: number;
      /**
       * Side of the kernel; 3 if not given.
       */
      kernelSize?: number;
      /**
       * Step; 1 if not given.
       */
      strides?: number;
      /**
       * Padding; same if not given.
       */
      padding?: 'valid' | 'same' | 'causal';
      activation?: Activation;
    }
  | {
      type: 'maxPooling2d' | 'averagePooling2d' | 'maxPooling1d' | 'averagePooling1d';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Side of the window; 2 if not given.
       */
      poolSize?: number;
    }
  | {
      type: 'dropout';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Share of values dropped in training.
       */
      rate: number;
    }
  | {
      type:
        | 'flatten'
        | 'globalAveragePooling2d'
        | 'globalAveragePooling1d'
        | 'globalMaxPooling1d'
        | 'batchNormalization'
        | 'layerNormalization';
      name?: LayerName;
      inputs?: LayerInputs;
    }
  | {
      type: 'add' | 'multiply' | 'concatenate';
      name?: LayerName;
      inputs: LayerInputs;
    }
  | {
      type: 'activation';
      name?: LayerName;
      inputs?: LayerInputs;
      activation: Activation;
    }
  | {
      type: 'reshape';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Sizes, without that of the batch.
       *
       * @minItems 1
       * @maxItems 3
       */
      shape: number[];
    }
  | {
      type: 'embedding';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Number of token ids; if not given that of the text it reads.
       */
      vocabulary?: number;
      /**
       * Values that stand for a token.
       */
      units: number;
      /**
       * Whether later layers pass over padding, token 0; true if not given.
       */
      maskZero?: boolean;
    }
  | {
      type: 'positionalEncoding';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * How a step says where it stands; sinusoidal if not given.
       */
      kind?: 'sinusoidal' | 'learned';
    }
  | {
      type: 'multiHeadAttention';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Heads.
       */
      heads: number;
      /**
       * Units of a query, a key and a value, for each head.
       */
      keyUnits: number;
      /**
       * Whether a step sees no later step; false if not given.
       */
      causal?: boolean;
    }
  | {
      type: 'simpleRnn';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Units.
       */
      units: number;
      /**
       * Activation function; tanh if not given.
       */
      activation?: 'tanh' | 'relu' | 'sigmoid' | 'linear';
      /**
       * Whether every step's output goes on, not only the last one's; false if not given.
       */
      returnSequences?: boolean;
      /**
       * Whether it reads from the end; false if not given.
       */
      reverse?: boolean;
    }
  | {
      type: 'lstm' | 'gru';
      name?: LayerName;
      inputs?: LayerInputs;
      /**
       * Units.
       */
      units: number;
      /**
       * Whether every step's output goes on, not only the last one's; false if not given.
       */
      returnSequences?: boolean;
      /**
       * Whether it reads from the end; false if not given.
       */
      reverse?: boolean;
    }
  | {
      type: 'bidirectional';
      name?: LayerName;
      inputs?: LayerInputs;
      layer: Cell;
      /**
       * How both ways are joined; concat if not given.
       */
      merge?: 'concat' | 'sum';
    };
/**
 * Name that later layers give among their `inputs`; if not given `<type>_<n>`, n counting the layers of the type.
 */
export type LayerName = string;
/**
 * Names of layers before this one, or of inputs; if not given the layer before.
 *
 * @minItems 1
 * @maxItems 64
 */
export type LayerInputs = string[];
export type Cell =
  | {
      type: 'simpleRnn';
      /**
       * Units.
       */
      units: number;
      /**
       * Activation function; tanh if not given.
       */
      activation?: 'tanh' | 'relu' | 'sigmoid' | 'linear';
      /**
       * Whether every step's output goes on, not only the last one's; false if not given.
       */
      returnSequences?: boolean;
    }
  | {
      type: 'lstm' | 'gru';
      /**
       * Units.
       */
      units: number;
      /**
       * Whether every step's output goes on, not only the last one's; false if not given.
       */
      returnSequences?: boolean;
    };

/**
 * Draws up a network for the data: shapes and parameter count are known before training.
 */
export interface ArchitectStep {
  with: {
    /**
     * Gives the input shape and the classes.
     */
    dataset: ArtifactRef;
    /**
     * A known family; or `layers`.
     */
    family: 'mlp' | 'cnn' | 'rnn' | 'transformer' | 'encoder-decoder' | 'layers';
    /**
     * mlp: units of each hidden layer. Default [64, 32].
     */
    hidden?: number[];
    /**
     * cnn: filters of each convolution. Default [32, 64, 128]; 2×2 max-pooling follows the first two where the picture is large enough.
     *
     * @minItems 1
     */
    filters?: number[];
    /**
     * cnn: side of the kernels.
     */
    kernelSize: number;
    /**
     * cnn, rnn: units of the dense layers before the output. Default [512] for cnn, none for rnn.
     */
    dense?: number[];
    /**
     * rnn: what computes a step from the one before, simple, lstm or gru; default lstm. encoder-decoder: transformer, lstm or gru; default transformer.
     */
    cell?: 'simple' | 'lstm' | 'gru' | 'transformer';
    /**
     * rnn, encoder-decoder of lstm or gru: units of each recurrent layer. Default [64].
     *
     * @minItems 1
     */
    units?: number[];
    /**
     * rnn: whether each layer reads from both ends. Default false.
     */
    bidirectional?: boolean;
    /**
     * rnn, transformer, encoder-decoder: values that stand for a token; of a transformer, for every step. Default 64.
     */
    embedding?: number;
    /**
     * transformer, encoder-decoder: blocks of attention and dense layers, on either side. Default 2.
     */
    blocks?: number;
    /**
     * transformer, encoder-decoder: heads of each attention; `embedding` is a multiple of it. Default 4.
     */
    heads?: number;
    /**
     * transformer, encoder-decoder: units of the inner dense layer of each block. Default 128.
     */
    feedForward?: number;
    /**
     * transformer, encoder-decoder: how a step says where it stands. Default sinusoidal.
     */
    positions?: 'sinusoidal' | 'learned';
    activation?: Activation;
    /**
     * Dropout after each hidden (mlp), dense (cnn, rnn) or recurrent (rnn) layer, and after positions, attention and dense layers (transformer).
     */
    dropout: number;
    /**
     * layers: the layers between inputs and output, in the order in which they are computed; the output layer is added.
     *
     * @minItems 1
     */
    layers?: Layer[];
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
  };
  outputs: {
    /**
     * Layers and initial seed, ready to train.
     */
    architecture: ArtifactRef;
    /**
     * Trainable and other parameters.
     */
    parameters: number;
    /**
     * Floating-point operations of one row's way through the network.
     */
    operations: number;
    /**
     * Memory for training, in bytes.
     */
    memory: {
      /**
       * Of all parameters.
       */
      parameters: number;
      /**
       * Of Adam's state.
       */
      optimizer: number;
      /**
       * Of what is kept for each row of a batch.
       */
      activationsPerRow: number;
    };
    /**
     * From input to output.
     */
    layers: {
      /**
       * Layer.
       */
      name: string;
      /**
       * Type.
       */
      type: string;
      /**
       * Without the batch axis.
       */
      outputShape: number[];
      /**
       * Parameters.
       */
      parameters: number;
      /**
       * Floating-point operations for one row.
       */
      operations: number;
    }[];
  };
}

/**
 * Measures a model and holds it against bounds; each check passes, fails or flags.
 */
export interface AuditStep {
  with: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * The data.
     */
    dataset: ArtifactRef;
    /**
     * Which part of the data set.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * A simple model, such as a logistic regression, that this one should beat; the most frequent class is always a baseline.
     */
    baseline?: ArtifactRef;
    /**
     * The model to compare with, on rows that neither was fitted to: one of the registry by its name, or `model`. None there yet is the verdict `first`.
     */
    production?: {
      /**
       * Name in the registry.
       */
      name?: string;
      /**
       * Alias of its version.
       */
      alias: string;
      /**
       * A model, instead of a name.
       */
      model?: ArtifactRef;
    };
    /**
     * Groups of rows to measure the model on, each alone and against one another.
     */
    groups?: {
      /**
       * The class that is good to be given, such as a credit.
       */
      favourable: string;
      /**
       * Columns that make the groups, one partition each.
       *
       * @minItems 1
       * @maxItems 20
       */
      by: {
        /**
         * A number or a category among the features, or a column in the data set's `keep`.
         */
        column: string;
        /**
         * Numbers where one group ends and the next begins, ascending; without them each value is a group.
         *
         * @minItems 1
         * @maxItems 20
         */
        edges?: number[];
      }[];
      /**
       * Groups, and true classes in them, with fewer rows are measured with a warning and left out of the gaps.
       */
      minRows: number;
    };
    /**
     * Tests of behaviour, each with a check of its own.
     *
     * @minItems 1
     * @maxItems 100
     */
    behaviour?: {
      /**
       * Name of the test.
       */
      name: string;
      /**
       * minimum: rows that must be given a class, or not; invariance: a change that must not matter; directional: a change that may move the probability of a class one way only.
       */
      type: 'minimum' | 'invariance' | 'directional';
      /**
       * Rows, of type minimum.
       *
       * @minItems 1
       * @maxItems 1000
       *
       * Items: A row: every column that the model reads.
       */
      cells?: {
        /**
         * A cell of the source; null is an empty one.
         */
        [k: string]: string | number | boolean | null;
      }[];
      /**
       * The class that must be given, that must stay as probable, or whose probability moves one way.
       */
      class?: string;
      /**
       * The class that must not be given, of type minimum.
       */
      not?: string;
      /**
       * What is changed in a row: one of to, add, multiply, replace, brightness and shift.
       */
      change?: {
        /**
         * The column of the source.
         */
        column?: string;
        /**
         * Other values, each tried.
         *
         * @minItems 1
         * @maxItems 100
         *
         * Items: A cell of the source; null is an empty one.
         */
        to?: (string | number | boolean | null)[];
        /**
         * A number that is added.
         */
        add?: number;
        /**
         * A number that the value is multiplied by.
         */
        multiply?: number;
        /**
         * Words of a text and what stands there instead.
         *
         * @minItems 1
         * @maxItems 100
         */
        replace?: {
          /**
           * A word of the text, in capitals or not.
           */
          from: string;
          /**
           * Other words, each tried.
           *
           * @minItems 1
           * @maxItems 100
           *
           * Items: A word.
           */
          to: string[];
        }[];
        /**
         * What is added to every pixel of a picture, each tried.
         *
         * @minItems 1
         * @maxItems 20
         *
         * Items: A share of the range.
         */
        brightness?: number[];
        /**
         * Where a picture is moved to, each tried.
         *
         * @minItems 1
         * @maxItems 20
         */
        shift?: number[][];
      };
      /**
       * Largest change of a probability, of type invariance; without it the class must stay.
       */
      maxChange?: number;
      /**
       * What the change must not do to the probability of the class, of type directional: not-lower or not-higher.
       */
      direction?: 'not-lower' | 'not-higher';
      /**
       * How far it may go the wrong way, of type directional; 0 if not given.
       */
      tolerance?: number;
      /**
       * At most so many rows of the part, drawn by the seed; 500 if not given.
       */
      rows?: number;
      /**
       * Smallest share of trials that pass.
       */
      minPassRate: number;
      /**
       * What a missed bound means: fail the audit, or flag it for a person.
       */
      onFail: 'fail' | 'flag';
    }[];
    /**
     * Standard deviations of the noise on the encoded input that is measured; that of the check, or 0.1, if not given.
     *
     * @minItems 1
     * @maxItems 20
     *
     * Items: In units of the encoded input.
     */
    noise?: number[];
    /**
     * Attacks on the model by its gradients: the worst small changes of rows. Only numbers and pixels move.
     */
    adversarial?: {
      /**
       * How far each value may be moved: standard deviations of a number, shares of a pixel's range.
       *
       * @minItems 1
       * @maxItems 20
       *
       * Items: 0 moves nothing.
       */
      epsilons: number[];
      /**
       * fgsm: one step up the loss; pgd: many, from two starts.
       *
       * @minItems 1
       * @maxItems 2
       *
       * Items: An attack.
       */
      attacks: ('fgsm' | 'pgd')[];
      /**
       * Steps of pgd from each start.
       */
      steps: number;
      /**
       * At most so many rows of the part, drawn by the seed.
       */
      rows: number;
    };
    /**
     * Attacks that tell by the model's answers which rows it was trained on.
     */
    membership?: {
      /**
       * At most so many rows of the training part, drawn by the seed.
       */
      rows: number;
    };
    /**
     * Slices of the rows to measure the model on, each alone.
     */
    slices?: {
      /**
       * Columns that divide the rows, one division each.
       *
       * @minItems 1
       * @maxItems 20
       */
      by: {
        /**
         * A number or a category among the features, or a column in the data set's `keep`.
         */
        column: string;
        /**
         * Numbers where one slice ends and the next begins, ascending; without them each value is a slice.
         *
         * @minItems 1
         * @maxItems 20
         */
        edges?: number[];
      }[];
      /**
       * Smaller slices are measured with a warning, and held against no bound.
       */
      minRows: number;
    };
    /**
     * Searches for segments of rows in which the model is wrong more often than elsewhere: over categories, ranges of numbers and pairs of them.
     */
    weakSegments?: {
      /**
       * Conditions that are joined at most.
       */
      maxDepth: 1 | 2;
      /**
       * Smaller segments are not tried.
       */
      minRows: number;
      /**
       * Share of false discoveries that is accepted, over all segments that are tried.
       */
      alpha: number;
    };
    /**
     * Of a model that writes a text: how it looks for it; default the likeliest token each time.
     */
    decoding?: {
      /**
       * Beginnings that are kept at each place.
       */
      beam: number;
      /**
       * How much longer texts are favoured: the exponent of (5 + tokens)/6.
       */
      lengthPenalty: number;
    };
    bootstrap: {
      /**
       * Resamples.
       */
      samples: number;
      /**
       * Of the interval.
       */
      confidence: number;
    };
    /**
     * Equal-width bins of ECE.
     */
    calibrationBins: number;
    /**
     * Bounds; a measure without one is reported only.
     */
    checks: {
      accuracy?: {
        /**
         * Smallest accuracy.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      bleu?: {
        /**
         * Smallest BLEU, of a model that writes a text.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      accuracyLowerBound?: {
        /**
         * Smallest lower end of the interval.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      recallPerClass?: {
        /**
         * Smallest recall of any class.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      balancedAccuracy?: {
        /**
         * Smallest mean recall of the classes that have rows.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      precision?: {
        /**
         * Smallest macro-averaged precision.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      recall?: {
        /**
         * Smallest macro-averaged recall.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      f1?: {
        /**
         * Smallest macro-averaged F1.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      mcc?: {
        /**
         * Smallest Matthews' correlation.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      kappa?: {
        /**
         * Smallest Cohen's kappa.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      rocAuc?: {
        /**
         * Smallest area under the ROC curve: each class against the rest, macro-averaged.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      prAuc?: {
        /**
         * Smallest average precision: each class against the rest, macro-averaged.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      logLoss?: {
        /**
         * Largest log loss, in nats.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      brier?: {
        /**
         * Largest Brier score: 0 to 1 of two classes, 0 to 2 of more.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      calibration?: {
        /**
         * Largest expected calibration error.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      noise?: {
        /**
         * Gaussian noise on the encoded input.
         */
        standardDeviation: number;
        /**
         * Largest loss of accuracy.
         */
        maxDrop: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      adversarial?: {
        /**
         * Which attack, of those in `adversarial`.
         */
        attack: 'fgsm' | 'pgd';
        /**
         * Which of the distances in `adversarial`.
         */
        epsilon: number;
        /**
         * Smallest accuracy under the attack.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      beatsBaseline?: {
        /**
         * Level of the paired test against each baseline.
         */
        alpha: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      demographicParity?: {
        /**
         * Largest difference between groups in the share that is given the favourable class.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      equalisedOdds?: {
        /**
         * Largest difference between groups in the share given the favourable class among rows of the same true class.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      disparateImpact?: {
        /**
         * Smallest ratio between groups of the shares that are given the favourable class; 0.8 is the four-fifths rule.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      membership?: {
        /**
         * Largest advantage of an attacker who tells which rows were trained on.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      sliceAccuracy?: {
        /**
         * Smallest accuracy of a slice that is large enough.
         */
        min: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      weakSegments?: {
        /**
         * Most weak segments that may be found.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      notWorseThanProduction?: {
        /**
         * Level of the paired test: the bound is missed where the model is worse and p is below it.
         */
        alpha: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      leakedRows?: {
        /**
         * Largest share of audited rows that the training part has too, or nearly.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      targetLeak?: {
        /**
         * Largest area under the ROC curve of a single feature alone, 0.5 to 1.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      repeatability?: {
        /**
         * Largest share of rows that are answered otherwise when asked again.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
      churn?: {
        /**
         * Largest share of rows that one of the other models gives another class.
         */
        max: number;
        /**
         * What a missed bound means: fail the audit, or flag it for a person.
         */
        onFail: 'fail' | 'flag';
      };
    };
    /**
     * Whether a failed audit stops the run.
     */
    onFail: 'stop' | 'continue';
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
    /**
     * What the training part gives away: rows that the audited part has too, or nearly, and single features that tell the class.
     */
    leakage?: {
      /**
       * At most so many rows of the part are looked for nearly, drawn by the seed.
       */
      rows: number;
      /**
       * Root of the mean squared difference of encoded values up to which two rows are nearly the same.
       */
      near: number;
    };
    /**
     * Whether the model answers the same when it is asked again: in another order and batches, and loaded anew.
     */
    stochasticity?: {
      /**
       * The same model trained under other seeds: how many rows are given another class by one of them.
       *
       * @minItems 1
       * @maxItems 32
       *
       * Items: A model over the same data set.
       */
      others?: ArtifactRef[];
    };
  };
  outputs: {
    /**
     * Every figure, with settings and seed.
     */
    report: ArtifactRef;
    /**
     * The worst of the checks.
     */
    status: 'pass' | 'flag' | 'fail';
    accuracy: {
      /**
       * 0 to 1.
       */
      value: number;
      /**
       * Lower end.
       */
      low: number;
      /**
       * Upper end.
       */
      high: number;
    };
    /**
     * Figures over all rows, as scikit-learn has them; null where undefined, such as of a class without rows.
     */
    metrics?: {
      /**
       * Mean recall of the classes that have rows.
       */
      balancedAccuracy: number | null;
      /**
       * Macro-averaged.
       */
      precision: number | null;
      /**
       * Macro-averaged.
       */
      recall: number | null;
      /**
       * Macro-averaged.
       */
      f1: number | null;
      /**
       * Weighted by rows.
       */
      precisionWeighted: number | null;
      /**
       * Weighted by rows.
       */
      recallWeighted: number | null;
      /**
       * Weighted by rows.
       */
      f1Weighted: number | null;
      /**
       * Matthews' correlation, -1 to 1.
       */
      mcc: number | null;
      /**
       * Cohen's kappa, -1 to 1.
       */
      kappa: number | null;
      /**
       * In nats.
       */
      logLoss: number | null;
      /**
       * 0 to 1 of two classes, 0 to 2 of more.
       */
      brier: number | null;
      /**
       * 0 to 1.
       */
      expectedCalibrationError: number | null;
      /**
       * Each class against the rest, macro-averaged.
       */
      rocAuc: number | null;
      /**
       * The same, weighted by rows.
       */
      rocAucWeighted: number | null;
      /**
       * Average precision, each class against the rest, macro-averaged.
       */
      prAuc: number | null;
      /**
       * The same, weighted by rows.
       */
      prAucWeighted: number | null;
    };
    /**
     * Of a model that writes a text: 0 to 1; its accuracy is the share of rows of which it writes the very text.
     */
    bleu?: number;
    /**
     * 0 to 1.
     */
    expectedCalibrationError: number;
    /**
     * Whether the model is right significantly more often than every baseline.
     */
    beatsBaseline: boolean;
    /**
     * Each baseline, on the same rows.
     */
    baselines: {
      /**
       * majority: always the training part's most frequent class; model: that of `baseline`.
       */
      name: 'majority' | 'model';
      /**
       * 0 to 1.
       */
      accuracy: number;
      /**
       * Accuracy of the model minus that of the baseline.
       */
      difference: number;
      /**
       * Lower end of the difference.
       */
      low: number;
      /**
       * Upper end.
       */
      high: number;
      /**
       * Two-sided, of the exact McNemar test.
       */
      pValue: number;
      /**
       * Whether the model is right more often, significantly.
       */
      beaten: boolean;
    }[];
    /**
     * For each column of `groups`, how far its groups are apart.
     */
    groupGaps: {
      /**
       * Column.
       */
      column: string;
      /**
       * Largest difference of shares given the favourable class; null where fewer than two groups are large enough.
       */
      demographicParity: number | null;
      /**
       * The same among rows of one true class, the larger of the two; null where fewer than two groups are large enough.
       */
      equalisedOdds: number | null;
      /**
       * Smallest share divided by the largest; null where fewer than two groups are large enough.
       */
      disparateImpact: number | null;
      /**
       * Groups, or true classes in them, with fewer than `minRows` rows.
       */
      smallCells: number;
    }[];
    /**
     * Weak segments that were found, where they were searched for.
     */
    weakSegments?: number;
    /**
     * Against the model in production, where that is asked for.
     */
    production?: {
      /**
       * first: there is none yet; better and worse: significantly so.
       */
      verdict: 'first' | 'better' | 'worse' | 'unsure';
      /**
       * Of the model in the registry.
       */
      version: number | null;
      /**
       * Accuracy minus that of production, on the same rows.
       */
      difference: number | null;
      /**
       * Two-sided, of the exact McNemar test.
       */
      pValue: number | null;
    };
    /**
     * Each check.
     */
    checks: {
      /**
       * Check.
       */
      name: string;
      /**
       * Result.
       */
      status: 'pass' | 'flag' | 'fail';
      /**
       * Measured.
       */
      value: number;
      /**
       * Bound.
       */
      bound: number;
      /**
       * In words.
       */
      message: string;
    }[];
    /**
     * The tests of behaviour; absent without any.
     */
    behaviour?: {
      /**
       * Its name.
       */
      name: string;
      /**
       * Trials.
       */
      tried: number;
      /**
       * Those that did not pass.
       */
      failed: number;
      /**
       * 0 to 1; null where nothing was tried.
       */
      passRate: number | null;
    }[];
  };
}

/**
 * Makes a model's confidence what its accuracy is, on a part it was not trained on; which class it finds likeliest stays the same.
 */
export interface CalibrateStep {
  with: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * The data.
     */
    dataset: ArtifactRef;
    /**
     * Which part of the data set; not the one that the model is audited on.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * temperature: probabilities become softmax(ln p / T).
     */
    method: 'temperature';
    /**
     * Equal-width bins of ECE.
     */
    calibrationBins: number;
  };
  outputs: {
    /**
     * The calibrated model.
     */
    model: ArtifactRef;
    /**
     * T, 0.01 to 100; above 1 the model was too sure of itself.
     */
    temperature: number;
    /**
     * Rows it was fitted on.
     */
    rows: number;
    /**
     * Of the part, in nats.
     */
    logLoss: {
      /**
       * Of the model as it was.
       */
      before: number;
      /**
       * Of the calibrated one.
       */
      after: number;
    };
    /**
     * Of the part, 0 to 1.
     */
    expectedCalibrationError: {
      /**
       * Of the model as it was.
       */
      before: number;
      /**
       * Of the calibrated one.
       */
      after: number;
    };
  };
}

/**
 * Runs a program that modelwright.json allows, without a shell.
 */
export interface CommandStep {
  with: {
    /**
     * The program and its arguments, each one text: no shell looks at them.
     *
     * @minItems 1
     * @maxItems 1000
     */
    run: string[];
    /**
     * Folder that it runs in, relative to the project.
     */
    cwd: string;
    /**
     * Environment variables, besides PATH, HOME, LANG and those that modelwright sets. Secrets belong here.
     */
    env?: {
      [k: string]: string;
    };
    /**
     * What it reads from its standard input.
     */
    stdin?: string;
    /**
     * Files to keep, by name: relative to `cwd`, or $MODELWRIGHT_WORK/… for those in the attempt's own folder.
     */
    artifacts?: {
      [k: string]: string;
    };
    /**
     * How much of what it prints goes into the run's log, in bytes; the rest is left out.
     */
    maxOutputBytes: number;
  };
  outputs: {
    /**
     * Always 0: any other fails the step.
     */
    exitCode: number;
    /**
     * The JSON map that the program wrote to the file $MODELWRIGHT_OUTPUTS; empty where it wrote none.
     */
    values: {
      [k: string]: unknown;
    };
    /**
     * The files kept, by name.
     */
    artifacts: {
      [k: string]: ArtifactRef;
    };
    /**
     * From start to end.
     */
    durationMs: number;
  };
}

/**
 * Tests a new model against the one in production, on the same rows, as pairs.
 */
export interface CompareStep {
  with: {
    /**
     * The new model, trained on `dataset`.
     */
    candidate: ArtifactRef;
    /**
     * The model of the registry to compare with; none there yet is the verdict `first`.
     */
    production: {
      /**
       * Name in the registry.
       */
      name: string;
      /**
       * Alias of its version.
       */
      alias: string;
    };
    /**
     * The data. The model in production reads it through its own encoders.
     */
    dataset: ArtifactRef;
    /**
     * Which part of the data set. Rows that either model was fitted to are left out.
     */
    part: 'validation' | 'test';
    /**
     * Level of the exact McNemar test; the interval's confidence is 1 − alpha.
     */
    alpha: number;
    /**
     * Smallest gain in accuracy that counts as better.
     */
    minImprovement: number;
    /**
     * At most so many rows are flagged, the most uncertain first.
     */
    maxItems: number;
    /**
     * Seed of the bootstrap.
     */
    seed: number;
  };
  outputs: {
    /**
     * first: no model is in production; same: both predict every row alike.
     */
    verdict: 'first' | 'better' | 'worse' | 'unsure' | 'same';
    /**
     * Of the exact McNemar test, two-sided.
     */
    pValue: number | null;
    /**
     * Accuracy of the candidate minus that of production, with a bootstrap interval.
     */
    difference: {
      /**
       * −1 to 1.
       */
      value: number;
      /**
       * Lower end.
       */
      low: number;
      /**
       * Upper end.
       */
      high: number;
    } | null;
    /**
     * On the rows compared.
     */
    candidateAccuracy: number;
    /**
     * On the same rows.
     */
    productionAccuracy: number | null;
    /**
     * Version that was compared with.
     */
    productionVersion: number | null;
    /**
     * Rows that the two predict differently.
     */
    disagreements: number;
    /**
     * Rows compared.
     */
    rows: number;
    /**
     * Rows of the part that either model was fitted to, in this or an earlier run.
     */
    leftOut: number;
    /**
     * Rows of disagreement for people to look at; none unless the verdict is unsure.
     */
    flagged: ArtifactRef;
    /**
     * Rows in `flagged`.
     */
    flaggedRows: number;
    /**
     * The evidence.
     */
    report: ArtifactRef;
  };
}

/**
 * Where theory expects the coverage of these rows, 95 times of 100; equal scores put it above. Null with several thresholds or without rows.
 */
export type CoverageBand = null | {
  /**
   * 0 to 1.
   */
  low: number;
  /**
   * 0 to 1.
   */
  high: number;
};

/**
 * Calibrates sets of classes that hold the true one with a probability of at least 1 − alpha, by split conformal prediction.
 */
export interface ConformalStep {
  with: {
    /**
     * The model, as `predict` will ask it.
     */
    model: ArtifactRef;
    /**
     * The data. Rows that the model was fitted to are left out.
     */
    dataset: ArtifactRef;
    /**
     * Which part is calibrated on; coverage is measured on the other one. Never the training part, whose rows the model knows.
     */
    part: 'validation' | 'test';
    /**
     * Share of rows whose set may lack the true class.
     */
    alpha: number;
    /**
     * lac: the smallest sets; aps: larger where the row is harder, never empty; randomised-aps: as aps, with draws that keep coverage at 1 − alpha where more predictions than that are right.
     */
    method: 'lac' | 'aps' | 'randomised-aps';
    /**
     * A threshold for each class, so that each class is covered, not only all rows together.
     */
    classConditional: boolean;
    /**
     * Of the draws of randomised-aps.
     */
    seed: number;
  };
  outputs: {
    /**
     * The thresholds, for `flag.conformal` of `predict`.
     */
    conformal: ArtifactRef;
    /**
     * As asked for.
     */
    alpha: number;
    /**
     * Calibration rows.
     */
    n: number;
    /**
     * One for all rows, or one for each class.
     *
     * Items: A threshold.
     */
    thresholds: {
      /**
       * Whose rows; null: all.
       */
      class: string | null;
      /**
       * Calibration rows.
       */
      n: number;
      /**
       * The largest score of a label in a set; null where there are too few rows, so that the label is in every set.
       */
      threshold: number | null;
    }[];
    /**
     * On the part that was not calibrated on; null where it has no rows.
     */
    measured: null | MeasuredSets;
  };
}
/**
 * Figures of sets.
 */
export interface MeasuredSets {
  /**
   * Of the data set.
   */
  part: 'validation' | 'test';
  /**
   * Rows measured.
   */
  rows: number;
  /**
   * Share whose set holds the true class.
   */
  coverage: number;
  band: CoverageBand;
  /**
   * Classes in a set, on average.
   */
  meanSetSize: number;
  /**
   * Share whose set is one class: those that are not flagged.
   */
  singletons: number;
  /**
   * Share whose set is empty.
   */
  empty: number;
  /**
   * Share of the singletons that are wrong; null of none. It may be above alpha, which is of all rows.
   */
  acceptedErrors: number | null;
  /**
   * By the true class.
   *
   * Items: Rows of a class.
   */
  byClass: {
    /**
     * The true class.
     */
    class: string;
    /**
     * Rows of it.
     */
    rows: number;
    /**
     * Share whose set holds it; null without rows.
     */
    coverage: number | null;
    band: CoverageBand;
  }[];
}

/**
 * Holds what reviewers said against the conformal sets of what was predicted: are true classes still covered?
 */
export interface CoverageStep {
  with: {
    /**
     * Of a `predict` with `flag.conformal`.
     */
    predictions: ArtifactRef;
    /**
     * Of the same `predict`; its `flag.sample` gives the rows that coverage is estimated by.
     */
    flagged: ArtifactRef;
    /**
     * Of the `human-review` of these rows.
     */
    decisions: ArtifactRef;
    /**
     * Of the one-sided test: how often it may raise an alarm without reason.
     */
    level: number;
  };
  outputs: {
    /**
     * Of the sets.
     */
    alpha: number;
    /**
     * Whether the random sample says that fewer than 1 − alpha of all rows are covered.
     */
    alarm: boolean;
    sample: CoverageFigures;
    accepted: CoverageFigures1;
    flagged: CoverageFigures2;
    /**
     * All of this, with each item's set, label and group.
     */
    report: ArtifactRef;
  };
}
/**
 * The rows drawn at random: they stand for all rows.
 */
export interface CoverageFigures {
  /**
   * Items asked about.
   */
  items: number;
  /**
   * Items whose class a person named: approved or relabelled. What is rejected, or was decided by time, has no known class.
   */
  decided: number;
  /**
   * Decided items whose set holds that class.
   */
  covered: number;
  /**
   * covered/decided; null of none.
   */
  coverage: number | null;
  /**
   * Of the exact 95 % interval of Clopper and Pearson.
   */
  low: number | null;
  /**
   * Of the same.
   */
  high: number | null;
  /**
   * Of the exact binomial test: how likely so few are covered where 1 − alpha of all are.
   */
  pValue: number | null;
  /**
   * Whether that is at most `level`.
   */
  alarm: boolean;
}
/**
 * Those of them that no rule flagged: they stand for what is accepted unseen. Its `alarm` says that more than alpha of that is wrong, which sets do not promise to prevent.
 */
export interface CoverageFigures1 {
  /**
   * Items asked about.
   */
  items: number;
  /**
   * Items whose class a person named: approved or relabelled. What is rejected, or was decided by time, has no known class.
   */
  decided: number;
  /**
   * Decided items whose set holds that class.
   */
  covered: number;
  /**
   * covered/decided; null of none.
   */
  coverage: number | null;
  /**
   * Of the exact 95 % interval of Clopper and Pearson.
   */
  low: number | null;
  /**
   * Of the same.
   */
  high: number | null;
  /**
   * Of the exact binomial test: how likely so few are covered where 1 − alpha of all are.
   */
  pValue: number | null;
  /**
   * Whether that is at most `level`.
   */
  alarm: boolean;
}
/**
 * The rows that a rule flagged: they stand for nothing but themselves, so there is no interval and no test.
 */
export interface CoverageFigures2 {
  /**
   * Items asked about.
   */
  items: number;
  /**
   * Items whose class a person named: approved or relabelled. What is rejected, or was decided by time, has no known class.
   */
  decided: number;
  /**
   * Decided items whose set holds that class.
   */
  covered: number;
  /**
   * covered/decided; null of none.
   */
  coverage: number | null;
  /**
   * Of the exact 95 % interval of Clopper and Pearson.
   */
  low: number | null;
  /**
   * Of the same.
   */
  high: number | null;
  /**
   * Of the exact binomial test: how likely so few are covered where 1 − alpha of all are.
   */
  pValue: number | null;
  /**
   * Whether that is at most `level`.
   */
  alarm: boolean;
}

/**
 * Reads a source of rows, pictures or texts, splits it by a seed, and encodes it; encoders are fitted on the training part only.
 */
export interface DatasetStep {
  with: {
    /**
     * Path of the file, or of the folder, relative to the project; `*` and `?` in a file's name stand for several files, such as `data/part-*.csv`.
     */
    source: string;
    /**
     * How the source is written; default by the file's ending, csv where that says nothing.
     */
    format?:
      | 'csv'
      | 'tsv'
      | 'json'
      | 'jsonl'
      | 'parquet'
      | 'parallel-text'
      | 'idx'
      | 'image-folder'
      | 'text-folder';
    /**
     * One SELECT of SQL over the source, called `data`, and over `tables`; its result is the table.
     */
    query?: string;
    /**
     * More files that the query reads: a path for each name in it.
     */
    tables?: {
      /**
       * Path of the file, relative to the project; its ending says the format.
       */
      [k: string]: string;
    };
    /**
     * idx: path of the file of labels; `source` has the pictures.
     */
    labels?: string;
    /**
     * idx: the files of the test part.
     */
    testFiles?: {
      /**
       * Path of the file of pictures.
       */
      images: string;
      /**
       * Path of the file of labels.
       */
      labels: string;
    };
    /**
     * The column to predict: its classes, or as a text, token after token.
     */
    target:
      | string
      | {
          /**
           * The column.
           */
          column: string;
          /**
           * text: the model writes it, as a translation.
           */
          type: 'text';
          /**
           * Words and marks, characters, or pieces of words by byte-pair encoding; default word.
           */
          tokenizer?: 'word' | 'character' | 'bpe';
          /**
           * Tokens of a row, the end included; longer texts are cut; default 128.
           */
          length?: number;
          /**
           * Ids at most, with padding, unknown, start and end; default 10000; bpe needs 260.
           */
          vocabulary?: number;
          /**
           * How often a token, or a pair that bpe merges, must stand in the training part; default 2.
           */
          minCount?: number;
          /**
           * Whether capitals are as small letters; default false.
           */
          lowercase?: boolean;
        };
    /**
     * Groups of columns; without it every other column is used: pictures as pictures, texts of text sources as texts, otherwise as a number where all its values are numbers, as a category where not.
     *
     * @minItems 1
     */
    features?: {
      /**
       * How the columns are read.
       */
      type: 'number' | 'category' | 'date' | 'text' | 'sequence' | 'image';
      /**
       * A column name, a pattern such as `pixel_*`, or a list of them.
       */
      columns: string | string[];
      /**
       * Scaling of numbers, years and steps of sequences, fitted on the training part.
       */
      scale: 'standard' | 'minmax' | 'none';
      /**
       * image: height, width, channels; sequence: steps, features.
       *
       * @minItems 1
       * @maxItems 3
       */
      shape?: number[];
      /**
       * image: the values that become 0 and 1.
       *
       * @minItems 2
       * @maxItems 2
       */
      range?: number[];
      /**
       * Name of the model's input; default `table` for numbers, categories and dates, the column's name for a text, a picture and a list.
       */
      name?: string;
      /**
       * image: whether the columns are pixels, or one column has paths of PNG and JPEG files relative to the project; default cells, and pictures where the source has pictures.
       */
      from?: 'cells' | 'files';
      /**
       * image, of files: how other proportions become the shape: out of proportion, cut, or with black beside; default fill.
       */
      fit?: 'fill' | 'cover' | 'contain';
      /**
       * date: what the model reads, the year as a number, the others as sine and cosine; default year, month, day, weekday.
       *
       * @minItems 1
       */
      parts?: ('year' | 'month' | 'day' | 'weekday' | 'hour')[];
      /**
       * date: ISO 8601, day first, month first, or seconds since 1970; default iso.
       */
      dateFormat?: 'iso' | 'dmy' | 'mdy' | 'unix';
      /**
       * text: words and marks, characters, or pieces of words by byte-pair encoding; default word.
       */
      tokenizer?: 'word' | 'character' | 'bpe';
      /**
       * text: tokens of a row; longer texts are cut at their end, shorter ones padded; default 128.
       */
      length?: number;
      /**
       * text: ids at most, with padding, unknown, start and end; default 10000; bpe needs 260.
       */
      vocabulary?: number;
      /**
       * text: how often a token, or a pair that bpe merges, must stand in the training part; default 2.
       */
      minCount?: number;
      /**
       * text: whether capitals are as small letters; default true.
       */
      lowercase?: boolean;
      /**
       * text: whether a start stands before the text and an end after it; default false.
       */
      marks?: boolean;
    }[];
    /**
     * Another data set whose features, vocabularies and scales these rows are read with, in the place of `features`: what a base was trained on, where few rows would not give a vocabulary.
     */
    readAs?: ArtifactRef;
    /**
     * What of the source may be in memory. The result is the same either way.
     */
    memory?: {
      /**
       * Files of more MiB are read from disk in blocks: csv, tsv, jsonl, parquet, parallel-text and queries. Default 64.
       */
      limitMiB: number;
    };
    /**
     * Columns that are kept beside the rows for audits of groups; no features unless a group names them.
     *
     * @minItems 1
     */
    keep?: string[];
    /**
     * Shares of the parts; they sum to 1. At most one of group, by and column.
     */
    split: {
      /**
       * Fraction.
       */
      train: number;
      /**
       * Fraction.
       */
      validation: number;
      /**
       * Fraction.
       */
      test: number;
      /**
       * Keep the classes' shares in every part; not with group, by and column.
       */
      stratify: boolean;
      /**
       * Seed of every random draw of this step.
       */
      seed: number;
      /**
       * Column of groups, such as patients: all rows of one are in one part.
       */
      group?: string;
      /**
       * Column of numbers or ISO dates: the training part has the earliest rows, the test part the last.
       */
      by?: string;
      /**
       * Column that names the part of each row: train, validation or test; without validation rows that share of the training rows is drawn.
       */
      column?: string;
    };
  };
  outputs: {
    /**
     * The encoded data, its parts and its encoders.
     */
    dataset: ArtifactRef;
    /**
     * SHA-256 of the source file's bytes; of several files that of their paths and digests.
     */
    fingerprint: string;
    rows: {
      /**
       * Rows.
       */
      train: number;
      /**
       * Rows.
       */
      validation: number;
      /**
       * Rows.
       */
      test: number;
    };
    /**
     * Class names, sorted; their order is that of the probabilities. None where the target is a text.
     */
    classes: string[];
    /**
     * Of a target that is a text.
     */
    target?: {
      /**
       * Ids of its vocabulary, padding, unknown, start and end included.
       */
      tokens: number;
      /**
       * Tokens of a row, the end included.
       */
      length: number;
      /**
       * Rows whose text is longer: what is beyond, and the end, is missing.
       */
      cut: number;
    };
    /**
     * Shape of one encoded row.
     */
    inputShape: number[];
    checks: {
      /**
       * Rows equal to an earlier one.
       */
      duplicateRows: number;
      /**
       * Held-out rows whose features also stand in the training part.
       */
      leakedRows: number;
      /**
       * Empty cells, imputed.
       */
      missingValues: number;
      /**
       * Empty cells by column of features, those with most first, at most 100 columns.
       */
      missingByColumn: {
        [k: string]: number;
      };
      /**
       * Columns of features with one value in the training part, at most 100.
       */
      constantColumns: string[];
      /**
       * Rows of each class in the source, the most frequent first, at most 100 classes.
       */
      classCounts: {
        [k: string]: number;
      };
      /**
       * Held-out rows with a text that training has too, but for case, digits and marks.
       */
      similarTexts: number;
      /**
       * Cells of held-out rows with a category that training lacks.
       */
      unseenCategories: number;
    };
  };
}

/**
 * Waits for a while, or until a time. It holds no worker while it waits.
 */
export interface DelayStep {
  with: {
    /**
     * How long, such as 10m; ten years at most.
     */
    for?: string;
    /**
     * Instead of `for`: a time such as 2026-12-01T00:00:00Z; one that is past is no wait.
     */
    until?: string;
  };
  outputs: {
    /**
     * When the wait was to end, ISO 8601, UTC.
     */
    until: string;
  };
}

/**
 * Compares new data with the data that a model was trained on, column by column.
 */
export interface DriftStep {
  with: {
    /**
     * What to compare with; or `model`: what that was trained on.
     */
    reference?: ArtifactRef;
    /**
     * Which part of the reference.
     */
    referencePart: 'train' | 'validation' | 'test';
    /**
     * The model; beside `reference` it is for `predictions` alone.
     */
    model?: ArtifactRef;
    /**
     * The new data; or `source`.
     */
    current?: ArtifactRef;
    /**
     * Which part of the new data set.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * The new data instead of a data set: a file, relative to the project as a dataset's `source`. It needs the columns of the reference, not the target.
     */
    source?: string;
    /**
     * How far a column has moved. psi: population stability index; ks: Kolmogorov and Smirnov's D; chi-squared: Cramér's V; wasserstein: the distance in standard deviations; jensen-shannon: the distance over bins.
     */
    statistic: 'psi' | 'ks' | 'chi-squared' | 'wasserstein' | 'jensen-shannon';
    /**
     * Columns to look at; all that can be compared if not given.
     *
     * @minItems 1
     * @maxItems 10000
     */
    columns?: string[];
    /**
     * The share of false ones that is expected among the columns called drifted; without drift the chance that any is.
     */
    alpha: number;
    /**
     * A column whose statistic is not above it has not drifted; 0.2 of psi and 0.1 of the others if not given.
     */
    threshold?: number;
    /**
     * So many columns must have drifted for the data to have.
     */
    features: number;
    /**
     * Whether the classes that the model predicts are compared too.
     */
    predictions: boolean;
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
  };
  outputs: {
    /**
     * Every column, with settings and seed.
     */
    report: ArtifactRef;
    /**
     * SHA-256 of the source's bytes; null of a data set.
     */
    fingerprint: string | null;
    /**
     * Whether enough columns or the predicted classes have drifted; false of too few rows.
     */
    drifted: boolean;
    /**
     * too-few-rows: fewer than 50 on a side, which say nothing.
     */
    verdict: 'drift' | 'no-drift' | 'too-few-rows';
    /**
     * How far a column has moved.
     */
    statistic: 'psi' | 'ks' | 'chi-squared' | 'wasserstein' | 'jensen-shannon';
    /**
     * Above it a column has moved far enough to matter.
     */
    threshold: number;
    rows: {
      /**
       * Rows of the reference; of a fusion's members the fewest.
       */
      reference: number;
      /**
       * New rows.
       */
      current: number;
    };
    /**
     * Columns that were compared.
     */
    compared: number;
    /**
     * How many of them have drifted.
     */
    driftedColumns: number;
    /**
     * The drifted first, then the farthest; the first twenty.
     *
     * @maxItems 20
     */
    columns: {
      /**
       * Its name.
       */
      column: string;
      /**
       * Of the statistic, from 0.
       */
      value: number;
      /**
       * How likely chance alone makes so large a difference.
       */
      pValue: number;
      /**
       * The p-value corrected over all columns (Benjamini and Hochberg).
       */
      corrected: number;
      /**
       * The value is above the threshold and the corrected p-value at most alpha.
       */
      hasDrifted: boolean;
    }[];
    /**
     * Of the predicted classes; null where they were not asked for or there are too few rows.
     */
    predictions: null | {
      /**
       * Of the statistic over the shares of predicted classes.
       */
      value: number;
      /**
       * How likely chance alone makes so large a difference.
       */
      pValue: number;
      /**
       * The value is above the threshold and the p-value at most alpha.
       */
      hasDrifted: boolean;
    };
  };
}

/**
 * Explains single predictions, each with a figure of how far the explanation can be relied on.
 */
export interface ExplainStep {
  with: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * The data.
     */
    dataset: ArtifactRef;
    /**
     * Which rows; without it the first `limit` rows of the part.
     */
    rows?: ArtifactRef;
    /**
     * Which part of the data set.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * At most so many rows; 0 for none, where only the model as a whole is explained.
     */
    limit: number;
    /**
     * auto: integrated-gradients for pictures; for tables exact-shap up to 10 features, kernel-shap up to 1,000, integrated-gradients above; kernel-shap for text. permutation-shap: Shapley values from random orders of the features. passage-shap: Shapley values of passages of a text instead of single words. lime: a weighted linear model around the row, of the bins of a table, the words of a text or the superpixels of a picture.
     */
    method:
      | 'auto'
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
    /**
     * passage-shap: tokens of a passage; default 40.
     */
    passageTokens?: number;
    /**
     * SHAP, expected-gradients, occlusion, smoothgrad: rows of the training part that stand for an absent feature, are the baselines, cover a value by their mean, or say how far a value ranges.
     */
    background: number;
    /**
     * kernel-shap, passage-shap: coalitions, default 2·features + 2048; expected-gradients: points on the paths, default 200; smoothgrad: noisy copies of the row, default 50; anchors: rows drawn at most, default 50,000. permutation-shap: coalitions, of which a pass there and back takes 2·features + 1; default 500, and at least one pass. lime: perturbed rows; default 5,000, of pictures 1,000.
     */
    samples?: number;
    /**
     * lime: features, words or superpixels that the explanation keeps; default 10, of pictures all.
     */
    features?: number;
    /**
     * lime: width of the kernel √exp(−distance²/width²); default 0.75·√features for tables, 25 for texts, 0.25 for pictures.
     */
    kernelWidth?: number;
    /**
     * lime: superpixels that a picture is divided into, about; default 50, and one for each 4 pixels of small pictures.
     */
    segments?: number;
    /**
     * kernel-shap, permutation-shap, lime: sample until the strongest features are known well enough, instead of `samples`.
     */
    adaptive?: {
      /**
       * Of the intervals.
       */
      confidence: number;
      /**
       * Stop when the interval of each of the strongest features is at most so wide, in probability; without it, when their order is settled.
       */
      width?: number;
      /**
       * How many features are the strongest.
       */
      topFeatures: number;
      /**
       * At most so many coalitions or perturbed rows.
       */
      maxSamples: number;
    };
    /**
     * integrated-gradients: Gauss–Legendre nodes to begin with; while completeness is worse than 0.001 the worst stretches of the path are halved, up to 400 gradients in all.
     */
    steps: number;
    /**
     * smoothgrad: standard deviation of the noise, as a share of the range of the values; default 0.15.
     */
    noise?: number;
    /**
     * saliency, smoothgrad: absolute (the default) is the size of the slope, signed its direction too. grad-cam: positive (the default) is what speaks for the class, signed what speaks against it too.
     */
    signs?: 'absolute' | 'positive' | 'signed';
    /**
     * grad-cam: the layer that is looked at; without it the last convolution.
     */
    layer?: string;
    /**
     * occlusion of pictures: side of the window, in pixels; default a quarter of the shorter side.
     */
    window?: number;
    /**
     * occlusion of pictures: pixels from one window to the next; default half a window.
     */
    stride?: number;
    /**
     * occlusion of pictures: the value that covers a pixel, 0 to 1 over the range of the pixels; default 0.
     */
    fill?: number;
    /**
     * counterfactual: the class to be reached; without it any other.
     */
    targetClass?: string;
    /**
     * counterfactual: what the probability of that class must reach, with no other above it; default 0.95.
     */
    targetProbability?: number;
    /**
     * counterfactual: what may change, by column; false holds a column fast. A column that is not named may take any value that the training part has room for.
     */
    actionable?: {
      /**
       * What may change of the column.
       */
      [k: string]:
        | false
        | {
            /**
             * Smallest value, in the column's own units.
             */
            min?: number;
            /**
             * Largest value, in the column's own units.
             */
            max?: number;
            /**
             * Whether it may rise, fall, or both.
             */
            direction?: 'up' | 'down' | 'any';
          };
    };
    /**
     * anchors: share of the rows that a rule is true of which the model must answer as it does the row; default 0.95.
     */
    precision?: number;
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
    /**
     * What is measured beside every explanation, and the bounds beyond which it is not to be relied on.
     */
    quality: {
      /**
       * Seeds under which each row is explained, the step's own included; 1 measures no stability. Methods that draw nothing have one.
       */
      seeds: number;
      /**
       * How many of the most important values are compared between seeds.
       */
      top: number;
      /**
       * Deletion and insertion: parts in which values are taken out and put in; 0 measures neither.
       */
      steps: number;
      /**
       * Rows that are explained with weights drawn anew too; 0 for none. Imported models of which only the answers are known have no weights.
       */
      untrainedRows: number;
      /**
       * Smallest mean rank correlation of attributions between seeds.
       */
      minRankCorrelation: number;
      /**
       * Smallest mean share of the most important values that seeds have in common.
       */
      minTopJaccard: number;
      /**
       * Smallest difference of insertion and deletion.
       */
      minFaithfulness: number;
      /**
       * Largest rank correlation with the explanations of the untrained model; beyond it none of them is relied on.
       */
      maxUntrainedCorrelation: number;
    };
    /**
     * Explanations of the model as a whole, over many rows of the part.
     */
    global?: {
      /**
       * Accuracy lost where a feature's values are dealt out to the rows anew. A category or text is one feature; of pictures each pixel.
       */
      permutationImportance?: {
        /**
         * Draws for each feature.
         */
        repeats: number;
        /**
         * At most so many rows of the part, drawn by the seed.
         */
        rows: number;
      };
      /**
       * The mean probability of each class where one feature is set to one value in all rows, and that of single rows (ICE). Of numbers and categories.
       */
      partialDependence?: {
        /**
         * Columns; default the 5 whose permutation costs most accuracy.
         *
         * @minItems 1
         * @maxItems 50
         *
         * Items: Column.
         */
        features?: string[];
        /**
         * Values of a number to look at.
         */
        grid: number;
        /**
         * Between which quantiles of the rows.
         *
         * @minItems 2
         * @maxItems 2
         *
         * Items: Share of the rows.
         */
        percentiles: number[];
        /**
         * At most so many rows of the part, drawn by the seed.
         */
        rows: number;
        /**
         * Of so many of them single curves are kept.
         */
        individual: number;
      };
      /**
       * Rows that stand for all (MMD-critic) and rows that these stand for least. Not of texts.
       */
      prototypes?: {
        /**
         * Prototypes.
         */
        count: number;
        /**
         * Criticisms.
         */
        criticisms: number;
        /**
         * At most so many rows of the part, drawn by the seed; time and memory grow with their square.
         */
        rows: number;
      };
      /**
       * A decision tree learned from the model's answers on the training part, and how often it says what the model says. Not of texts.
       */
      surrogateTree?: {
        /**
         * Questions on the way to a leaf.
         */
        maxDepth: number;
        /**
         * Rows that a leaf must have.
         */
        minLeafRows: number;
        /**
         * At most so many rows of the training part, drawn by the seed.
         */
        rows: number;
      };
    };
  };
  outputs: {
    /**
     * Attributions per row, with their error.
     */
    explanations: ArtifactRef;
    /**
     * The method used.
     */
    method:
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
    /**
     * Rows explained.
     */
    rows: number;
    /**
     * Largest additivity (SHAP) or completeness (integrated and expected gradients) error, in probability; null for methods that promise no sum, and without rows.
     */
    largestError: number | null;
    /**
     * kernel-shap, expected-gradients: the largest error of an attribution that the draws are estimated to make, in probability; null where nothing was drawn.
     */
    largestSamplingError: number | null;
    /**
     * Whether no explanation has a doubt: an additivity or completeness error over 0.001, a sampling error over 0.01, or a figure of quality beyond its bound.
     */
    reliable: boolean;
    /**
     * Up to 20 features or pixels, the strongest first; none of passages.
     */
    topFeatures: {
      /**
       * Name.
       */
      feature: string;
      /**
       * In probability; of saliency and smoothgrad the slope of the class's score, of grad-cam heat from 0 to 1.
       */
      meanAbsoluteAttribution: number;
    }[];
    /**
     * Rows that the explanations asked the model for, and those of them that it computed: a row that was answered is not computed again.
     */
    evaluations: {
      /**
       * Rows asked for.
       */
      asked: number;
      /**
       * Rows computed.
       */
      made: number;
    };
    /**
     * The rows whose explanation is not to be relied on, and why; a review can take them.
     */
    doubtful: ArtifactRef;
    /**
     * Means over the rows that were explained; null where there was nothing to measure.
     */
    quality: {
      /**
       * Rows whose explanation is not to be relied on.
       */
      doubtfulRows: number;
      /**
       * Rank correlation of attributions between seeds.
       */
      rankCorrelation: number | null;
      /**
       * Share of the most important values that seeds have in common.
       */
      topJaccard: number | null;
      /**
       * Insertion minus deletion.
       */
      faithfulness: number | null;
      /**
       * Rank correlation of attributions with those of the model with weights drawn anew: near 0 where explanations depend on what was learned.
       */
      untrainedCorrelation: number | null;
    };
    /**
     * Explanations of the model as a whole, where they were asked for.
     */
    global?: ArtifactRef;
    /**
     * Permutation importance: up to 20 features, the most important first.
     */
    importance?: {
      /**
       * Name.
       */
      feature: string;
      /**
       * Mean over the repeats.
       */
      accuracyLost: number;
    }[];
    /**
     * How well a small tree says what the model says.
     */
    surrogate?: {
      /**
       * Share of the part's rows of which it says the same class.
       */
      fidelity: number;
      /**
       * What the model's most frequent answer alone would have.
       */
      majority: number;
      /**
       * Leaves.
       */
      leaves: number;
    };
  };
}

/**
 * Joins models into one; says whether it beats its best member on the validation part.
 */
export interface FuseStep {
  with: {
    /**
     * Models over the same data set and classes; for cascade from the cheapest to the dearest. chain has two. A fusion may be a member but for features, weight-average and the second of a chain.
     *
     * @minItems 2
     * @maxItems 32
     *
     * Items: A trained model.
     */
    members: ArtifactRef[];
    /**
     * The data they were trained on; weights and thresholds are fitted on its validation part, stacking, chain and features on its training part.
     */
    dataset: ArtifactRef;
    /**
     * average: mean probability; weighted-average: weights fitted or given; vote: majority, ties by mean probability; stacking: a logistic model over out-of-fold predictions; cascade: each member answers what it is sure of; chain: the second member, trained anew, reads the row and what the first says of it; features: a new head on the members' last features; weight-average: the mean of the weights of one architecture.
     */
    method:
      | 'average'
      | 'weighted-average'
      | 'vote'
      | 'stacking'
      | 'cascade'
      | 'chain'
      | 'features'
      | 'weight-average';
    /**
     * One per member; normalised to sum 1.
     */
    weights?: number[];
    /**
     * cascade: for each member but the last, the confidence from which on it is believed; chosen if not given.
     */
    thresholds?: number[];
    /**
     * cascade: accuracy on the validation part that it may lose against its last member for the sake of speed; 0 if not given.
     */
    maxDrop?: number;
    /**
     * stacking, chain: members, and the first of a chain, are made anew without each of so many parts of the training rows; 5 if not given.
     */
    folds?: number;
    /**
     * stacking: how much the logistic model is drawn to the geometric mean of the members; 0.001 if not given.
     */
    penalty?: number;
    /**
     * chain: layer of the first member whose values are passed; its probabilities if not given. The first is then trained anew on half of the rows, and the second on the other half.
     */
    passLayer?: string;
    /**
     * features: what is trained on the joined features; chain: what the second has on its own features and what is passed.
     */
    head?: {
      /**
       * Units of dense layers with relu.
       */
      hidden: number[];
      /**
       * Share dropped before the output and after each hidden layer.
       */
      dropout: number;
    };
    /**
     * stacking: how members are trained on the folds, best as they were trained themselves; features: how the head is trained; chain: how its second is, and its first on the folds. With adam.
     */
    training?: {
      /**
       * Passes over the rows.
       */
      epochs: number;
      /**
       * Rows in each step.
       */
      batchSize: number;
      /**
       * Step size.
       */
      learningRate: number;
    };
    /**
     * Seed of every random draw of this step; 0 if not given.
     */
    seed?: number;
  };
  outputs: {
    /**
     * The fused model.
     */
    model: ArtifactRef;
    /**
     * Weights used, summing to 1; empty where the method has none.
     */
    weights: number[];
    /**
     * Each member alone.
     */
    members: {
      /**
       * On the validation part.
       */
      accuracy: number;
      /**
       * Cross-entropy.
       */
      loss: number;
    }[];
    fused: {
      /**
       * On the validation part.
       */
      accuracy: number;
      /**
       * Cross-entropy.
       */
      loss: number;
    };
    /**
     * Whether the fusion's accuracy is at least the best member's, and its loss lower where they tie.
     */
    beatsBestMember: boolean;
    /**
     * Whether the fusion is right more often than its best member by a paired test: p < 0.05.
     */
    beatsBest: boolean;
    /**
     * What the test says, in words.
     */
    message: string;
    /**
     * The exact McNemar test against the member that is best on the validation part.
     */
    test: {
      /**
       * test where that part has rows.
       */
      part: 'validation' | 'test';
      rows: number;
      /**
       * From 1.
       */
      bestMember: number;
      /**
       * Two-sided.
       */
      pValue: number;
      /**
       * In accuracy, with a 95 % bootstrap interval.
       */
      difference: {
        value: number;
        low: number;
        high: number;
      };
    };
    /**
     * cascade: what it costs on the validation part.
     */
    cascade?: {
      /**
       * Above 1: the member answers no row.
       */
      thresholds: number[];
      /**
       * Share of rows that each member answers.
       */
      shares: number[];
      /**
       * Floating-point operations for a row in the mean.
       */
      operations: number;
      /**
       * Those of the last member alone.
       */
      lastOperations: number;
      /**
       * Share of the last member's operations that is saved; negative: it costs more.
       */
      saved: number;
    };
  };
}

/**
 * Weighs evidence by rules, and comes to one verdict: go on, flag, ask a person, or stop; it may roll a model back.
 */
export interface GateStep {
  with: {
    /**
     * All are weighed, in their order. A figure that was not measured breaks its bound.
     *
     * @minItems 1
     * @maxItems 50
     */
    rules: {
      /**
       * What messages call it; if not given after what it measures.
       */
      name?: string;
      /**
       * What a broken rule does: stop fails the step, ask gives the verdict ask, flag goes on, roll-back moves the alias of `model` back and goes on.
       */
      action: 'stop' | 'ask' | 'flag' | 'roll-back';
      /**
       * The rule is broken if this is true: an expression over outputs.
       */
      if?: boolean;
      /**
       * Any figure of another step.
       */
      figure?: {
        /**
         * The figure; null where it was not measured.
         */
        value: number | null;
        /**
         * Smallest value that is well.
         */
        min?: number;
        /**
         * Largest value that is well.
         */
        max?: number;
      };
      /**
       * A figure of an audit.
       */
      audit?: {
        /**
         * Of the audit; give that one `onFail: continue`, or it ends the run itself.
         */
        report: ArtifactRef;
        /**
         * What of it: the number of failed or flagged checks or of unbeaten baselines, or a figure that its checks have.
         */
        measure:
          | 'failedChecks'
          | 'flaggedChecks'
          | 'unbeatenBaselines'
          | 'accuracy'
          | 'accuracyLowerBound'
          | 'recallPerClass'
          | 'calibration'
          | 'noise'
          | 'bleu'
          | 'demographicParity'
          | 'equalisedOdds'
          | 'disparateImpact'
          | 'balancedAccuracy'
          | 'precision'
          | 'recall'
          | 'f1'
          | 'mcc'
          | 'kappa'
          | 'rocAuc'
          | 'prAuc'
          | 'logLoss'
          | 'brier'
          | 'weakSegments'
          | 'sliceAccuracy'
          | 'adversarial'
          | 'membership'
          | 'leakedRows'
          | 'targetLeak'
          | 'repeatability'
          | 'churn';
        /**
         * Smallest value that is well.
         */
        min?: number;
        /**
         * Largest value that is well.
         */
        max?: number;
      };
      /**
       * A figure of a drift step. Too few rows count as not measured.
       */
      drift?: {
        /**
         * Of the drift step.
         */
        report: ArtifactRef;
        /**
         * Columns that have drifted, their share of those compared, or the largest value of the statistic.
         */
        measure: 'driftedColumns' | 'driftedShare' | 'largestValue';
        /**
         * Largest value that is well.
         */
        max: number;
      };
      /**
       * The verdict of `compare`.
       */
      comparison?: {
        /**
         * Verdict.
         */
        verdict: 'first' | 'better' | 'worse' | 'unsure' | 'same';
        /**
         * Verdicts that are well.
         *
         * @minItems 1
         *
         * Items: Verdict.
         */
        allow: ('first' | 'better' | 'worse' | 'unsure' | 'same')[];
      };
      /**
       * What the run has spent until now. A result that was kept from an earlier run costs nothing.
       */
      budget?: {
        /**
         * Seconds since the run began; seconds of steps that train; evaluations of models by explanations; floating-point operations of training, at three times those of a prediction; items that people were asked about.
         */
        measure: 'runSeconds' | 'trainingSeconds' | 'evaluations' | 'operations' | 'reviewItems';
        /**
         * The budget.
         */
        max: number;
      };
    }[];
    /**
     * What roll-back moves: an alias in the registry, to the version that it named before.
     */
    model?: {
      /**
       * Name in the registry.
       */
      name: string;
      /**
       * Alias.
       */
      alias: string;
      /**
       * Version that the evidence is of. If the alias names another by now, or this is null, nothing is rolled back.
       */
      version?: number | null;
    };
  };
  outputs: {
    /**
     * The gravest action of the broken rules; roll-back counts as flag. A gate that stops fails, and its verdict is in its report alone.
     */
    verdict: 'pass' | 'flag' | 'ask' | 'stop';
    /**
     * The rules that are broken, in their order.
     */
    triggered: {
      /**
       * Its name.
       */
      rule: string;
      /**
       * What it does.
       */
      action: 'stop' | 'ask' | 'flag' | 'roll-back';
      /**
       * In words.
       */
      message: string;
      /**
       * What was found; null: not measured.
       */
      value: number | string | boolean | null;
      /**
       * What it should be, at the side that was broken.
       */
      bound: number | string | boolean;
    }[];
    /**
     * Rules that were weighed.
     */
    rules: number;
    /**
     * The alias that was moved back; null if none was.
     */
    rolledBack: {
      /**
       * Name in the registry.
       */
      name: string;
      /**
       * Alias.
       */
      alias: string;
      /**
       * Version it named.
       */
      from: number;
      /**
       * Version it names now.
       */
      to: number;
    } | null;
    /**
     * All of it in a sentence, for a reviewer.
     */
    summary: string;
    /**
     * Every rule with what was found.
     */
    report: ArtifactRef;
  };
}

/**
 * Asks an HTTP server of the open internet, or one that modelwright.json allows.
 */
export interface HttpStep {
  with: {
    /**
     * http:// or https://, without a user and password.
     */
    url: string;
    /**
     * Method.
     */
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    /**
     * Headers. Secrets may stand here.
     */
    headers?: {
      [k: string]: string;
    };
    /**
     * Added to the URL's query. Secrets may stand here.
     */
    query?: {
      [k: string]: string | number | boolean;
    };
    /**
     * One of `json` and `text`. Secrets may stand in it.
     */
    body?: {
      /**
       * Sent as application/json.
       */
      json?: unknown;
      /**
       * Sent as text/plain, or as the header content-type says.
       */
      text?: string;
    };
    /**
     * What is an answer; anything else fails the step.
     */
    expect?: {
      /**
       * Statuses. Default: 200 to 299.
       *
       * @minItems 1
       * @maxItems 100
       */
      status?: number[];
    };
    /**
     * The longest body that is taken, in bytes.
     */
    maxBytes: number;
    /**
     * For the whole exchange, redirects and body included.
     */
    timeout: string;
  };
  outputs: {
    /**
     * Status.
     */
    status: number;
    /**
     * content-type, etag, last-modified, retry-after, x-request-id; where given.
     */
    headers: {
      [k: string]: string;
    };
    /**
     * The body, where it is JSON of at most 16 KiB; else nothing.
     */
    json: unknown;
    /**
     * The body, where it is any other text of at most 16 KiB; else nothing.
     */
    text: string | null;
    /**
     * The body, where it is larger or no text; else nothing.
     */
    artifact: ArtifactRef | null;
    /**
     * Length of the body.
     */
    bytes: number;
  };
}

/**
 * Asks people about flagged rows, or one question, and waits for their decisions.
 */
export interface HumanReviewStep {
  with: {
    /**
     * What was predicted. With `flagged` and `dataset`; or else there is a `question`.
     */
    predictions?: ArtifactRef;
    /**
     * What to ask about.
     */
    flagged?: ArtifactRef;
    /**
     * Gives each item's picture or row.
     */
    dataset?: ArtifactRef;
    /**
     * Shown with the items.
     */
    explanations?: ArtifactRef;
    /**
     * Pictures shown with the items.
     */
    gallery?: ArtifactRef;
    /**
     * One question instead of flagged rows, such as whether to promote a model: approving is yes, rejecting is no.
     */
    question?: {
      /**
       * The question.
       */
      text: string;
      /**
       * What the reviewer should see beside it, by name.
       */
      facts?: {
        /**
         * A figure or a text.
         */
        [k: string]: string | number | boolean | null;
      };
    };
    /**
     * What the reviewer should know.
     */
    instructions?: string;
    /**
     * Who may decide; without it anyone may.
     *
     * @minItems 1
     *
     * Items: A reviewer's name.
     */
    reviewers?: string[];
    /**
     * Equal verdicts of different people that decide an item.
     */
    quorum: number;
    /**
     * Whoever submitted the run may not decide.
     */
    fourEyes: boolean;
    /**
     * How long to wait once the items are visible.
     */
    timeout: string;
    /**
     * What to do with undecided items then: fail the step, reject or approve them.
     */
    onTimeout: 'fail' | 'reject' | 'approve' | 'escalate';
    /**
     * Whether a rejected item fails the step.
     */
    onReject: 'fail' | 'continue';
  };
  outputs: {
    /**
     * Every decision, refusals included.
     */
    decisions: ArtifactRef;
    /**
     * rejected if any item was, or if as many were relabelled as approved or more: a relabelled prediction was wrong.
     */
    verdict: 'approved' | 'rejected';
    /**
     * Items asked about; a question is one.
     */
    items: number;
    /**
     * Items.
     */
    approved: number;
    /**
     * Items.
     */
    rejected: number;
    /**
     * Items.
     */
    relabelled: number;
    /**
     * Items that onTimeout decided.
     */
    timedOut: number;
  };
}

/**
 * Makes a model of one that another framework trained: of its layers, where all of them are known here; otherwise as it is, to answer alone.
 */
export interface ImportStep {
  with: {
    /**
     * Path of the model, relative to the project: a file .keras, .h5, .onnx or a model.json of TensorFlow.js, or the folder of a SavedModel.
     */
    file: string;
    /**
     * Told by the file's ending if not given; a folder is a SavedModel.
     */
    format?: 'keras' | 'h5' | 'tfjs' | 'saved-model' | 'onnx';
    /**
     * How rows are read; and the classes, if `classes` does not name them.
     */
    dataset?: ArtifactRef;
    /**
     * The classes in the order of the model's outputs; of one output the second is the one it speaks for.
     *
     * @minItems 2
     * @maxItems 100000
     */
    classes?: string[];
    /**
     * What the outputs are. Default probabilities.
     */
    output?: 'probabilities' | 'logits';
    /**
     * onnx, saved-model, tfjs graphs: where the model has the channels of a picture or the features of a sequence. Default channels-last.
     */
    layout?: 'channels-last' | 'channels-first';
    /**
     * saved-model: which of its functions answers. Default serving_default.
     */
    signature?: string;
    /**
     * onnx, saved-model, tfjs graphs: of several outputs the one that gives the classes.
     */
    outputName?: string;
  };
  outputs: {
    /**
     * The model, as other steps take it.
     */
    model: ArtifactRef;
    /**
     * SHA-256 of the file's bytes; of several files over all of them.
     */
    fingerprint: string;
    /**
     * What was found.
     */
    format: 'keras' | 'h5' | 'layers-model' | 'graph-model' | 'saved-model' | 'onnx';
    /**
     * Whether it has layers of ours: then it can be trained, transferred and explained by gradients.
     */
    converted: boolean;
    /**
     * Trainable and other parameters; null where the layers are not known.
     */
    parameters: number | null;
    /**
     * Of one row.
     */
    inputShape: number[];
    /**
     * In the order of the model's probabilities.
     */
    classes: string[];
    /**
     * From input to output; none where they are not known.
     */
    layers: {
      /**
       * As the framework named it.
       */
      name: string;
      /**
       * Type.
       */
      type: string;
      /**
       * Without the batch axis.
       */
      outputShape: number[];
      /**
       * Parameters.
       */
      parameters: number;
    }[];
  };
}

/**
 * Trains one network on several tasks that share its lower layers, and gives a model for each; as crash-proof as train.
 */
export interface MultiTaskStep {
  with: {
    /**
     * Network whose layers below the output are shared, from fresh weights; or give `base`.
     */
    architecture?: ArtifactRef;
    /**
     * Network whose layers are shared, with its weights; or give `architecture`.
     */
    base?: ArtifactRef;
    /**
     * Last layer that is shared; the one below the output if not given.
     */
    cutAt?: string;
    /**
     * What is learned together: a name for each task.
     */
    tasks: {
      [k: string]: {
        /**
         * Of the same input shape and vocabularies as those of the others; its classes are the task's.
         */
        dataset: ArtifactRef;
        /**
         * New layers under the task's output, with relu.
         */
        head: {
          /**
           * Units of dense layers with relu.
           */
          hidden: number[];
          /**
           * Share dropped before the output and after each hidden layer.
           */
          dropout: number;
        };
        /**
         * What the task's loss is multiplied by.
         */
        weight: number;
        /**
         * Losses whose weighted sum is minimised; cross-entropy if not given.
         *
         * @minItems 1
         */
        loss?: (
          | {
              type: 'cross-entropy' | 'mean-squared-error' | 'mean-absolute-error';
              /**
               * What it counts for in the sum; 1 if not given.
               */
              weight?: number;
            }
          | {
              type: 'focal';
              /**
               * What it counts for in the sum; 1 if not given.
               */
              weight?: number;
              /**
               * How much less rows count that are right already; 2 if not given.
               */
              gamma?: number;
              /**
               * A factor; 0.25 if not given.
               */
              alpha?: number;
            }
        )[];
        /**
         * Share of each target that is spread evenly over all classes; 0 if not given.
         */
        labelSmoothing?: number;
        /**
         * What the loss of a row of each class is multiplied by: `balanced` for all classes alike, or a map of classes; 1 for those that are not named.
         */
        classWeights?:
          | 'balanced'
          | {
              [k: string]: number;
            };
      };
    };
    /**
     * How the losses are added up.
     */
    balance: {
      /**
       * fixed: by `weight`; dynamic: a task whose loss falls more slowly than others' counts more (dynamic weight averaging), times `weight`.
       */
      type: 'fixed' | 'dynamic';
      /**
       * dynamic: the higher, the more alike the tasks are treated.
       */
      temperature: number;
    };
    /**
     * Trains each task alone too, on the same layers and as long, and says what learning together gains on its test part.
     */
    compareWithSingle?: {
      /**
       * Pairs of trainings, of `seed` and those after it.
       */
      seeds: number;
    };
    /**
     * The optimiser, in Keras' semantics.
     */
    optimizer: {
      /**
       * Algorithm. `gd`: gradient descent on the whole training part, one step an epoch; `batch-gd`: on batches; `sgd`: on one row at a time unless `batchSize` is given; `momentum` and `nesterov`: sgd on batches with a momentum of 0.9.
       */
      type:
        | 'adam'
        | 'adamw'
        | 'adamax'
        | 'adagrad'
        | 'adadelta'
        | 'rmsprop'
        | 'gd'
        | 'batch-gd'
        | 'sgd'
        | 'momentum'
        | 'nesterov';
      /**
       * Step size that the schedule starts from; default 0.01 for gd, batch-gd, sgd, momentum and nesterov, 0.001 for the others.
       */
      learningRate?: number;
      /**
       * sgd, rmsprop: default 0; momentum, nesterov: default 0.9.
       */
      momentum?: number;
      /**
       * sgd: look ahead along the momentum. Default false.
       */
      nesterov?: boolean;
      /**
       * adam, adamw, adamax: decay of the mean gradient. Default 0.9.
       */
      beta1?: number;
      /**
       * adam, adamw, adamax: decay of the gradient's size. Default 0.999.
       */
      beta2?: number;
      /**
       * adam, adamw, adamax, adagrad, adadelta, rmsprop: keeps divisors from 0. Default 1e-7.
       */
      epsilon?: number;
      /**
       * adam, adamw: divide by the largest mean square so far. Default false.
       */
      amsgrad?: boolean;
      /**
       * adamw: share of each weight that a step takes off, times the learning rate; biases, and scales and shifts of normalisation, do not decay. Default 0.004.
       */
      weightDecay?: number;
      /**
       * rmsprop, adadelta: decay of the mean square. Default 0.9 for rmsprop, 0.95 for adadelta.
       */
      rho?: number;
      /**
       * rmsprop: divide by the variance instead of the mean square. Default false.
       */
      centered?: boolean;
      /**
       * adagrad: what the sum of squares starts from. Default 0.1.
       */
      initialAccumulator?: number;
    };
    /**
     * How the learning rate changes, by Keras' formulas; times are in epochs, and steps within one count as its fractions. Constant if not given.
     */
    schedule?:
      | {
          type: 'constant';
        }
      | {
          type: 'step' | 'exponential';
          /**
           * Epochs in which the rate falls by `factor`.
           */
          every: number;
          /**
           * What the rate is multiplied by.
           */
          factor: number;
        }
      | {
          type: 'cosine';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Share of the rate that is left at the bottom; 0 if not given.
           */
          floor?: number;
          /**
           * Warm restarts: from the bottom up again.
           */
          restarts?: {
            /**
             * How many times as long as the one before each way down is; 2 if not given.
             */
            stretch?: number;
            /**
             * Share of the height before that each starts at; 1 if not given.
             */
            shrink?: number;
          };
        }
      | {
          type: 'polynomial';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Rate at the end; 0.0001 if not given.
           */
          end?: number;
          /**
           * Power of the time that is left; 1 if not given.
           */
          power?: number;
        }
      | {
          type: 'plateau';
          /**
           * What to watch; validationLoss if not given.
           */
          monitor?: 'loss' | 'validationLoss' | 'accuracy' | 'validationAccuracy';
          /**
           * What the rate is multiplied by; 0.1 if not given.
           */
          factor?: number;
          /**
           * Epochs without improvement before the rate falls; 10 if not given.
           */
          patience?: number;
          /**
           * Smallest change that counts; 0.0001 if not given.
           */
          minDelta?: number;
          /**
           * Epochs after a fall that do not count; 0 if not given.
           */
          cooldown?: number;
          /**
           * The rate never falls below this; 0 if not given.
           */
          minRate?: number;
        };
    /**
     * Rises in a line to the learning rate before the schedule begins.
     */
    warmup?: {
      /**
       * How long the rate rises.
       */
      epochs: number;
      /**
       * Share of the learning rate to start from.
       */
      from: number;
    };
    /**
     * Passes over the training part.
     */
    epochs: number;
    /**
     * Rows in each step. Default 1 for the optimizer type sgd, otherwise 32; gd takes the whole part and no `batchSize`.
     */
    batchSize?: number;
    /**
     * Batches whose gradients make one step; 1 if not given, and not for gd.
     */
    accumulate?: number;
    /**
     * Penalty on the weights that is added to the loss; biases, and scales and shifts of normalisation, are left out.
     */
    regularization?: {
      /**
       * Times the sum of sizes.
       */
      l1: number;
      /**
       * Times the sum of squares.
       */
      l2: number;
    };
    /**
     * Bounds the gradient of each step.
     */
    clip?: {
      /**
       * `value`: each value of the gradient; `norm`: the length of each weight's; `global-norm`: the length of all.
       */
      by: 'value' | 'norm' | 'global-norm';
      /**
       * Largest size.
       */
      limit: number;
    };
    /**
     * Changes each row of the training part at random, anew in each epoch.
     */
    augment?: {
      /**
       * Pictures: mirrored half the time, left and right, top and bottom, or each.
       */
      flip?: 'horizontal' | 'vertical' | 'both';
      /**
       * Pictures: moved by at most this share of height and width.
       */
      shift?: number;
      /**
       * Pictures: turned by at most so many degrees.
       */
      rotate?: number;
      /**
       * Pictures: larger or smaller by at most this share.
       */
      zoom?: number;
      /**
       * Pictures: what comes in from outside, the nearest pixel or 0; edge if not given.
       */
      fill?: 'edge' | 'zero';
      /**
       * Pictures: side of a square that is blanked, as a share of the shorter side.
       */
      cutout?: number;
      /**
       * Numbers and pictures: standard deviation of normal noise added to each encoded value.
       */
      noise?: number;
      /**
       * Texts: share of tokens that are left out.
       */
      dropTokens?: number;
    };
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
    /**
     * Needs a validation part.
     */
    earlyStopping?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Epochs without improvement before stopping.
       */
      patience: number;
      /**
       * Smallest change that counts.
       */
      minDelta: number;
      /**
       * Keep the best epoch's weights.
       */
      restoreBest: boolean;
    };
    /**
     * Trains to the end and keeps the weights of the best epoch. Needs a validation part.
     */
    keepBest?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Smallest change that counts.
       */
      minDelta: number;
    };
    /**
     * What training may keep of each part of the data.
     */
    memory?: {
      /**
       * A part of more MiB is read from disk in shuffled blocks, of which half as much is in memory at once. Default 1024.
       */
      limitMiB: number;
    };
    checkpoint: {
      /**
       * Longest time between checkpoints; one is also written after each epoch that takes longer. `0s`: after every batch.
       */
      every: string;
    };
  };
  outputs: {
    /**
     * By task: the shared layers and its head, a model as any other.
     */
    models: {
      /**
       * The model of one task.
       */
      [k: string]: ArtifactRef;
    };
    /**
     * By task.
     */
    metrics: {
      [k: string]: {
        /**
         * Cross-entropy, nats.
         */
        trainLoss: number;
        /**
         * 0 to 1.
         */
        trainAccuracy: number;
        validationLoss: number | null;
        validationAccuracy: number | null;
      };
    };
    /**
     * Of the shared layers and all heads: equal bytes mean equal models.
     */
    weights: ArtifactRef;
    /**
     * Loss and accuracy of each epoch, over all tasks and of each.
     */
    history: ArtifactRef;
    /**
     * An event file for TensorBoard.
     */
    tensorboard: ArtifactRef;
    /**
     * Epochs that ran.
     */
    epochs: number;
    /**
     * Epoch of the weights that were kept, from 1.
     */
    bestEpoch: number;
    /**
     * By task: what its loss was multiplied by in the last epoch.
     */
    balance: {
      [k: string]: number;
    };
    /**
     * compareWithSingle: by task.
     */
    gains?: {
      /**
       * Accuracies on the task's test part.
       */
      [k: string]: {
        /**
         * Of the tasks learned together, by seed.
         */
        together: number[];
        /**
         * Of the task alone, by seed.
         */
        alone: number[];
        /**
         * Mean of the paired differences, with a 95 % t interval.
         */
        difference: {
          value: number;
          low: number;
          high: number;
        };
      };
    };
  };
}

/**
 * Runs another pipeline as a run of its own; its outputs are that run's.
 */
export interface PipelineStep {
  with: {
    /**
     * The pipeline file, relative to the project, such as pipelines/train.yaml; no expression.
     */
    file: string;
    /**
     * Parameters of that run.
     */
    params: {
      [k: string]: unknown;
    };
  };
  outputs: {
    [k: string]: unknown;
  };
}

/**
 * Predicts a part of the data and flags the rows that a person should see; or predicts every row of a file of new data.
 */
export interface PredictStep {
  with: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * The data, of which one part is predicted; or `file`.
     */
    dataset?: ArtifactRef;
    /**
     * New data instead of a data set: path of a CSV or JSON Lines file, relative to the project.
     */
    file?: string;
    /**
     * Which part of the data set.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * Of a data set. Without it nothing is flagged.
     */
    flag?: {
      /**
       * Flag rows whose highest probability is lower.
       */
      confidenceBelow?: number;
      /**
       * Flag rows whose two highest probabilities are nearer.
       */
      marginBelow?: number;
      /**
       * Flag rows whose conformal set isn't a single class. Of a step `conformal` with the same model.
       */
      conformal?: ArtifactRef;
      /**
       * Rows drawn at random from all rows, to be looked at whatever the rules say: `rows` of them or the share `rate`.
       */
      sample?: {
        /**
         * How many; at most all.
         */
        rows?: number;
        /**
         * Share of all rows, rounded up.
         */
        rate?: number;
        /**
         * Of the draw.
         */
        seed: number;
      };
      /**
       * At most so many by rules, the least confident first; those drawn at random come on top.
       */
      maxItems: number;
    };
    /**
     * Of a model that writes a text: how it looks for it; default the likeliest token each time.
     */
    decoding?: {
      /**
       * Beginnings that are kept at each place.
       */
      beam: number;
      /**
       * How much longer texts are favoured: the exponent of (5 + tokens)/6.
       */
      lengthPenalty: number;
    };
    /**
     * Of the predictions of a file. Default jsonl.
     */
    format?: 'jsonl' | 'csv';
    /**
     * A row of a file that cannot be read fails the step, or is left out and counted. Default fail.
     */
    onError?: 'fail' | 'skip';
  };
  /**
   * Of a part of a data set, classes or texts, or of a file.
   */
  outputs: PredictedPart | PredictedTexts | PredictedFile;
}
/**
 * Of a part of a data set.
 */
export interface PredictedPart {
  /**
   * Probabilities of every row, and its conformal set.
   */
  predictions: ArtifactRef;
  /**
   * The flagged rows, least confident first.
   */
  flagged: ArtifactRef;
  /**
   * Rows predicted.
   */
  rows: number;
  /**
   * Rows in `flagged`.
   */
  flaggedRows: number;
  /**
   * Rows that met a rule or were drawn, before maxItems.
   */
  flaggedBeforeLimit: number;
  /**
   * On this part.
   */
  accuracy: number;
}
/**
 * Of a part of a data set, by a model that writes a text.
 */
export interface PredictedTexts {
  /**
   * The text of every row, and what people wrote.
   */
  texts: ArtifactRef;
  /**
   * Rows predicted.
   */
  rows: number;
  /**
   * Share of rows of which the very text was written.
   */
  exactMatch: number;
  /**
   * 0 to 1, over all rows: of words, of characters where the target is made of them.
   */
  bleu: number;
}
/**
 * Of a file.
 */
export interface PredictedFile {
  /**
   * Class and probabilities, or text and confidence, of every row, in the order of the file: JSON Lines or CSV.
   */
  predictions: ArtifactRef;
  /**
   * SHA-256 of the file's bytes; where its rows name pictures, over the file and all of them.
   */
  fingerprint: string;
  /**
   * Rows predicted.
   */
  rows: number;
  /**
   * Rows left out because they cannot be read.
   */
  skipped: {
    /**
     * How many.
     */
    count: number;
    /**
     * The first hundred, from 0.
     */
    rows: number[];
  };
  /**
   * Rows by predicted class, every class there; none of a model that writes a text.
   */
  classes: {
    [k: string]: number;
  };
  /**
   * Mean probability of the predicted class, or of the text; null of no rows.
   */
  meanConfidence: number | null;
}

/**
 * Registers a model as a new version and points an alias at it.
 */
export interface PromoteStep {
  with: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * Name in the registry.
     */
    name: string;
    /**
     * Alias to move to the new version.
     */
    alias: string;
    /**
     * If given, `fail` refuses the promotion.
     */
    auditStatus?: 'pass' | 'flag' | 'fail';
    /**
     * If given, `rejected` refuses the promotion; with `comparison` it keeps what is in production.
     */
    reviewVerdict?: 'approved' | 'rejected';
    /**
     * Verdict of `compare`. If given: first and better promote, worse and same keep what is in production, unsure promotes only what a review approved.
     */
    comparison?: 'first' | 'better' | 'worse' | 'unsure' | 'same';
    /**
     * `productionVersion` of the comparison. If the alias has moved since, the verdict no longer holds, and what is in production is kept.
     */
    comparedWith?: number | null;
    /**
     * What to do with a model that the alias was rolled back from before: keep what is in production, or promote it again.
     */
    afterRollBack: 'keep' | 'promote';
    /**
     * Figures to keep with the version.
     */
    metrics?: {
      [k: string]: number;
    };
  };
  outputs: {
    /**
     * Name.
     */
    name: string;
    /**
     * Version that the alias names now, from 1.
     */
    version: number;
    /**
     * Alias.
     */
    alias: string;
    /**
     * Version that the alias named before.
     */
    previousVersion: number | null;
    /**
     * Whether the model was promoted; otherwise what was in production stays.
     */
    promoted: boolean;
    /**
     * Why, in words.
     */
    reason: string;
  };
}

/**
 * Takes a model out of the registry, such as the one in production, for other steps to work with.
 */
export interface RegisteredModelStep {
  with: {
    /**
     * Name in the registry.
     */
    name: string;
    /**
     * Alias of its version.
     */
    alias: string;
  };
  outputs: {
    /**
     * The model.
     */
    model: ArtifactRef;
    /**
     * Version that the alias names.
     */
    version: number;
    /**
     * Id of the run that registered it.
     */
    run: string;
    /**
     * When, as ISO 8601 text.
     */
    registeredAt: string;
  };
}

/**
 * Draws and trains several networks from a declared space, and gives the one that does best on the validation part.
 */
export interface SearchStep {
  with: {
    /**
     * Every candidate is trained on its training part and judged by its validation part.
     */
    dataset: ArtifactRef;
    /**
     * What the step `architect` is told of every candidate; `dataset` and `seed` are given by the search.
     */
    architect: {
      [k: string]: unknown;
    };
    /**
     * What the step `train` is told of every candidate; `architecture`, `dataset` and `seed` are given by the search.
     */
    train: {
      [k: string]: unknown;
    };
    /**
     * What differs between candidates: the place of a setting, such as `architect.hidden` or `train.optimizer.learningRate`, and the values that it may have.
     */
    space: {
      [k: string]:
        | unknown[]
        | {
            /**
             * The smallest and the largest value.
             *
             * @minItems 2
             * @maxItems 2
             */
            between: number[];
            /**
             * `log`: each factor of ten is as likely as the others. linear if not given.
             */
            scale?: 'linear' | 'log';
            /**
             * number if not given.
             */
            type?: 'number' | 'integer';
          };
    };
    /**
     * `random`: draws of the space; `grid`: every combination; `successive-halving`: draws that are trained shortly first, of which the best are trained longer.
     */
    method: 'random' | 'grid' | 'successive-halving';
    budget: {
      /**
       * Most candidates.
       */
      trials: number;
      /**
       * A candidate of more parameters is not trained. No limit if not given.
       */
      parameters?: number;
    };
    /**
     * successive-halving: how long the rounds are.
     */
    halving?: {
      /**
       * Of the first round; the last has those of `train`. 1 if not given.
       */
      epochs?: number;
      /**
       * One of so many goes on to the next round, which is so many times longer. 3 if not given.
       */
      factor?: number;
    };
    /**
     * What is best: a high accuracy, or a low loss, of the epoch whose weights are kept.
     */
    objective: 'validationAccuracy' | 'validationLoss';
    /**
     * Each candidate is trained once for each, and judged by the mean.
     *
     * @minItems 1
     * @maxItems 20
     */
    seeds: number[];
    /**
     * Trainings at once, if the worker has compute processes for them.
     */
    concurrency: number;
    /**
     * Seed of the draws of the space.
     */
    seed: number;
  };
  outputs: {
    /**
     * Of the best candidate, with the first of the seeds.
     */
    architecture: ArtifactRef;
    /**
     * The best candidate as trained with the first of the seeds.
     */
    model: ArtifactRef;
    /**
     * Its weights.
     */
    weights: ArtifactRef;
    /**
     * Loss and accuracy of each epoch of its training.
     */
    history: ArtifactRef;
    /**
     * Its event file for TensorBoard.
     */
    tensorboard: ArtifactRef;
    /**
     * Every candidate: its values, its score with each seed in each round, or why it has none.
     */
    trials: ArtifactRef;
    /**
     * The values of the best candidate, by their place.
     */
    settings: {
      [k: string]: unknown;
    };
    /**
     * Its mean over the seeds. The best of many is better than it would be on new data: audit it on the test part.
     */
    score: number;
    /**
     * Candidates drawn.
     */
    candidates: number;
    /**
     * Trainings that the search took, over candidates, seeds and rounds.
     */
    trainings: number;
    /**
     * Parameters of the best candidate.
     */
    parameters: number;
    /**
     * Epochs of its training.
     */
    epochs: number;
    /**
     * Epoch of the weights that were kept, from 1.
     */
    bestEpoch: number;
    metrics: {
      /**
       * Cross-entropy, nats.
       */
      trainLoss: number;
      /**
       * 0 to 1.
       */
      trainAccuracy: number;
      validationLoss: number | null;
      validationAccuracy: number | null;
    };
  };
}

/**
 * Trains an architecture; survives any crash and gives the same weights as an undisturbed run.
 */
export interface TrainStep {
  with: {
    /**
     * What to train.
     */
    architecture: ArtifactRef;
    /**
     * What to train on.
     */
    dataset: ArtifactRef;
    /**
     * The optimiser, in Keras' semantics.
     */
    optimizer: {
      /**
       * Algorithm. `gd`: gradient descent on the whole training part, one step an epoch; `batch-gd`: on batches; `sgd`: on one row at a time unless `batchSize` is given; `momentum` and `nesterov`: sgd on batches with a momentum of 0.9.
       */
      type:
        | 'adam'
        | 'adamw'
        | 'adamax'
        | 'adagrad'
        | 'adadelta'
        | 'rmsprop'
        | 'gd'
        | 'batch-gd'
        | 'sgd'
        | 'momentum'
        | 'nesterov';
      /**
       * Step size that the schedule starts from; default 0.01 for gd, batch-gd, sgd, momentum and nesterov, 0.001 for the others.
       */
      learningRate?: number;
      /**
       * sgd, rmsprop: default 0; momentum, nesterov: default 0.9.
       */
      momentum?: number;
      /**
       * sgd: look ahead along the momentum. Default false.
       */
      nesterov?: boolean;
      /**
       * adam, adamw, adamax: decay of the mean gradient. Default 0.9.
       */
      beta1?: number;
      /**
       * adam, adamw, adamax: decay of the gradient's size. Default 0.999.
       */
      beta2?: number;
      /**
       * adam, adamw, adamax, adagrad, adadelta, rmsprop: keeps divisors from 0. Default 1e-7.
       */
      epsilon?: number;
      /**
       * adam, adamw: divide by the largest mean square so far. Default false.
       */
      amsgrad?: boolean;
      /**
       * adamw: share of each weight that a step takes off, times the learning rate; biases, and scales and shifts of normalisation, do not decay. Default 0.004.
       */
      weightDecay?: number;
      /**
       * rmsprop, adadelta: decay of the mean square. Default 0.9 for rmsprop, 0.95 for adadelta.
       */
      rho?: number;
      /**
       * rmsprop: divide by the variance instead of the mean square. Default false.
       */
      centered?: boolean;
      /**
       * adagrad: what the sum of squares starts from. Default 0.1.
       */
      initialAccumulator?: number;
    };
    /**
     * How the learning rate changes, by Keras' formulas; times are in epochs, and steps within one count as its fractions. Constant if not given.
     */
    schedule?:
      | {
          type: 'constant';
        }
      | {
          type: 'step' | 'exponential';
          /**
           * Epochs in which the rate falls by `factor`.
           */
          every: number;
          /**
           * What the rate is multiplied by.
           */
          factor: number;
        }
      | {
          type: 'cosine';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Share of the rate that is left at the bottom; 0 if not given.
           */
          floor?: number;
          /**
           * Warm restarts: from the bottom up again.
           */
          restarts?: {
            /**
             * How many times as long as the one before each way down is; 2 if not given.
             */
            stretch?: number;
            /**
             * Share of the height before that each starts at; 1 if not given.
             */
            shrink?: number;
          };
        }
      | {
          type: 'polynomial';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Rate at the end; 0.0001 if not given.
           */
          end?: number;
          /**
           * Power of the time that is left; 1 if not given.
           */
          power?: number;
        }
      | {
          type: 'plateau';
          /**
           * What to watch; validationLoss if not given.
           */
          monitor?: 'loss' | 'validationLoss' | 'accuracy' | 'validationAccuracy';
          /**
           * What the rate is multiplied by; 0.1 if not given.
           */
          factor?: number;
          /**
           * Epochs without improvement before the rate falls; 10 if not given.
           */
          patience?: number;
          /**
           * Smallest change that counts; 0.0001 if not given.
           */
          minDelta?: number;
          /**
           * Epochs after a fall that do not count; 0 if not given.
           */
          cooldown?: number;
          /**
           * The rate never falls below this; 0 if not given.
           */
          minRate?: number;
        };
    /**
     * Rises in a line to the learning rate before the schedule begins.
     */
    warmup?: {
      /**
       * How long the rate rises.
       */
      epochs: number;
      /**
       * Share of the learning rate to start from.
       */
      from: number;
    };
    /**
     * Passes over the training part.
     */
    epochs: number;
    /**
     * Rows in each step. Default 1 for the optimizer type sgd, otherwise 32; gd takes the whole part and no `batchSize`.
     */
    batchSize?: number;
    /**
     * Batches whose gradients make one step; 1 if not given, and not for gd.
     */
    accumulate?: number;
    /**
     * Losses whose weighted sum is minimised; cross-entropy if not given.
     *
     * @minItems 1
     */
    loss?: (
      | {
          type: 'cross-entropy' | 'mean-squared-error' | 'mean-absolute-error';
          /**
           * What it counts for in the sum; 1 if not given.
           */
          weight?: number;
        }
      | {
          type: 'focal';
          /**
           * What it counts for in the sum; 1 if not given.
           */
          weight?: number;
          /**
           * How much less rows count that are right already; 2 if not given.
           */
          gamma?: number;
          /**
           * A factor; 0.25 if not given.
           */
          alpha?: number;
        }
    )[];
    /**
     * Share of each target that is spread evenly over all classes; 0 if not given.
     */
    labelSmoothing?: number;
    /**
     * What the loss of a row of each class is multiplied by: `balanced` for all classes alike, or a map of classes; 1 for those that are not named.
     */
    classWeights?:
      | 'balanced'
      | {
          [k: string]: number;
        };
    /**
     * Penalty on the weights that is added to the loss; biases, and scales and shifts of normalisation, are left out.
     */
    regularization?: {
      /**
       * Times the sum of sizes.
       */
      l1: number;
      /**
       * Times the sum of squares.
       */
      l2: number;
    };
    /**
     * Bounds the gradient of each step.
     */
    clip?: {
      /**
       * `value`: each value of the gradient; `norm`: the length of each weight's; `global-norm`: the length of all.
       */
      by: 'value' | 'norm' | 'global-norm';
      /**
       * Largest size.
       */
      limit: number;
    };
    /**
     * Changes each row of the training part at random, anew in each epoch.
     */
    augment?: {
      /**
       * Pictures: mirrored half the time, left and right, top and bottom, or each.
       */
      flip?: 'horizontal' | 'vertical' | 'both';
      /**
       * Pictures: moved by at most this share of height and width.
       */
      shift?: number;
      /**
       * Pictures: turned by at most so many degrees.
       */
      rotate?: number;
      /**
       * Pictures: larger or smaller by at most this share.
       */
      zoom?: number;
      /**
       * Pictures: what comes in from outside, the nearest pixel or 0; edge if not given.
       */
      fill?: 'edge' | 'zero';
      /**
       * Pictures: side of a square that is blanked, as a share of the shorter side.
       */
      cutout?: number;
      /**
       * Numbers and pictures: standard deviation of normal noise added to each encoded value.
       */
      noise?: number;
      /**
       * Texts: share of tokens that are left out.
       */
      dropTokens?: number;
    };
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
    /**
     * Needs a validation part.
     */
    earlyStopping?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Epochs without improvement before stopping.
       */
      patience: number;
      /**
       * Smallest change that counts.
       */
      minDelta: number;
      /**
       * Keep the best epoch's weights.
       */
      restoreBest: boolean;
    };
    /**
     * Trains to the end and keeps the weights of the best epoch. Needs a validation part.
     */
    keepBest?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Smallest change that counts.
       */
      minDelta: number;
    };
    /**
     * Start from the weights of this model if it is there and has the same architecture, and from fresh ones otherwise.
     */
    warmStart?: {
      /**
       * Name in the registry.
       */
      name: string;
      /**
       * Alias of its version.
       */
      alias: string;
    };
    /**
     * What training may keep of each part of the data.
     */
    memory?: {
      /**
       * A part of more MiB is read from disk in shuffled blocks, of which half as much is in memory at once. Default 1024.
       */
      limitMiB: number;
    };
    checkpoint: {
      /**
       * Longest time between checkpoints; one is also written after each epoch that takes longer. `0s`: after every batch.
       */
      every: string;
    };
  };
  outputs: {
    /**
     * The trained model, with its encoders.
     */
    model: ArtifactRef;
    /**
     * The weights alone: equal bytes mean an equal model.
     */
    weights: ArtifactRef;
    /**
     * Loss and accuracy of each epoch.
     */
    history: ArtifactRef;
    /**
     * An event file for TensorBoard.
     */
    tensorboard: ArtifactRef;
    /**
     * Epochs that ran.
     */
    epochs: number;
    /**
     * Epoch of the weights that were kept, from 1.
     */
    bestEpoch: number;
    metrics: {
      /**
       * Cross-entropy, nats.
       */
      trainLoss: number;
      /**
       * 0 to 1; of a target that is a text, over its tokens.
       */
      trainAccuracy: number;
      validationLoss: number | null;
      validationAccuracy: number | null;
      /**
       * Of a target that is a text: the share of validation rows, 2,000 at most, of which the very text is written, taking the likeliest token each time.
       */
      validationExactMatch?: number | null;
    };
    /**
     * Version whose weights training started from; null: fresh weights.
     */
    startedFrom?: number | null;
  };
}

/**
 * Trains a new head on the layers of a model, with what is frozen, thawed in stages and slowed down; as crash-proof as train.
 */
export interface TransferStep {
  with: {
    /**
     * Network whose layers are taken over.
     */
    base: ArtifactRef;
    /**
     * What to train on: of the same input shape, of whatever classes.
     */
    dataset: ArtifactRef;
    /**
     * Last layer of the base that is kept; the one below its output if not given.
     */
    cutAt?: string;
    /**
     * New layers on top; the output for the classes of the data follows them.
     */
    head: {
      /**
       * Units of dense layers with relu.
       */
      hidden: number[];
      /**
       * Share dropped before the output and after each hidden layer.
       */
      dropout: number;
    };
    /**
     * Layers of the base that do not move: `all`, `none`, or names, in which `*` stands for anything.
     */
    freeze: ('all' | 'none') | string[];
    /**
     * Trains in stages, each with a fresh optimizer; in the place of `epochs`.
     *
     * @minItems 1
     * @maxItems 20
     */
    stages?: {
      /**
       * Passes over the training part.
       */
      epochs: number;
      /**
       * Layers that move from this stage on; `*` stands for anything.
       */
      unfreeze?: string[];
      /**
       * In the place of the optimizer's.
       */
      learningRate?: number;
    }[];
    /**
     * Lower rates for lower layers.
     */
    discriminativeRates?: {
      /**
       * Each layer of the base has this share of the rate of the layer above it.
       */
      factor: number;
    };
    /**
     * Trains the same network from fresh weights too, as long, and says what the transfer gains on the test part.
     */
    compareWithScratch?: {
      /**
       * Pairs of trainings, of `seed` and those after it.
       */
      seeds: number;
    };
    /**
     * The optimiser, in Keras' semantics.
     */
    optimizer: {
      /**
       * Algorithm. `gd`: gradient descent on the whole training part, one step an epoch; `batch-gd`: on batches; `sgd`: on one row at a time unless `batchSize` is given; `momentum` and `nesterov`: sgd on batches with a momentum of 0.9.
       */
      type:
        | 'adam'
        | 'adamw'
        | 'adamax'
        | 'adagrad'
        | 'adadelta'
        | 'rmsprop'
        | 'gd'
        | 'batch-gd'
        | 'sgd'
        | 'momentum'
        | 'nesterov';
      /**
       * Step size that the schedule starts from; default 0.01 for gd, batch-gd, sgd, momentum and nesterov, 0.001 for the others.
       */
      learningRate?: number;
      /**
       * sgd, rmsprop: default 0; momentum, nesterov: default 0.9.
       */
      momentum?: number;
      /**
       * sgd: look ahead along the momentum. Default false.
       */
      nesterov?: boolean;
      /**
       * adam, adamw, adamax: decay of the mean gradient. Default 0.9.
       */
      beta1?: number;
      /**
       * adam, adamw, adamax: decay of the gradient's size. Default 0.999.
       */
      beta2?: number;
      /**
       * adam, adamw, adamax, adagrad, adadelta, rmsprop: keeps divisors from 0. Default 1e-7.
       */
      epsilon?: number;
      /**
       * adam, adamw: divide by the largest mean square so far. Default false.
       */
      amsgrad?: boolean;
      /**
       * adamw: share of each weight that a step takes off, times the learning rate; biases, and scales and shifts of normalisation, do not decay. Default 0.004.
       */
      weightDecay?: number;
      /**
       * rmsprop, adadelta: decay of the mean square. Default 0.9 for rmsprop, 0.95 for adadelta.
       */
      rho?: number;
      /**
       * rmsprop: divide by the variance instead of the mean square. Default false.
       */
      centered?: boolean;
      /**
       * adagrad: what the sum of squares starts from. Default 0.1.
       */
      initialAccumulator?: number;
    };
    /**
     * How the learning rate changes, by Keras' formulas; times are in epochs, and steps within one count as its fractions. Constant if not given.
     */
    schedule?:
      | {
          type: 'constant';
        }
      | {
          type: 'step' | 'exponential';
          /**
           * Epochs in which the rate falls by `factor`.
           */
          every: number;
          /**
           * What the rate is multiplied by.
           */
          factor: number;
        }
      | {
          type: 'cosine';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Share of the rate that is left at the bottom; 0 if not given.
           */
          floor?: number;
          /**
           * Warm restarts: from the bottom up again.
           */
          restarts?: {
            /**
             * How many times as long as the one before each way down is; 2 if not given.
             */
            stretch?: number;
            /**
             * Share of the height before that each starts at; 1 if not given.
             */
            shrink?: number;
          };
        }
      | {
          type: 'polynomial';
          /**
           * Epochs until the end of the way down; up to the end of the training if not given.
           */
          over?: number;
          /**
           * Rate at the end; 0.0001 if not given.
           */
          end?: number;
          /**
           * Power of the time that is left; 1 if not given.
           */
          power?: number;
        }
      | {
          type: 'plateau';
          /**
           * What to watch; validationLoss if not given.
           */
          monitor?: 'loss' | 'validationLoss' | 'accuracy' | 'validationAccuracy';
          /**
           * What the rate is multiplied by; 0.1 if not given.
           */
          factor?: number;
          /**
           * Epochs without improvement before the rate falls; 10 if not given.
           */
          patience?: number;
          /**
           * Smallest change that counts; 0.0001 if not given.
           */
          minDelta?: number;
          /**
           * Epochs after a fall that do not count; 0 if not given.
           */
          cooldown?: number;
          /**
           * The rate never falls below this; 0 if not given.
           */
          minRate?: number;
        };
    /**
     * Rises in a line to the learning rate before the schedule begins.
     */
    warmup?: {
      /**
       * How long the rate rises.
       */
      epochs: number;
      /**
       * Share of the learning rate to start from.
       */
      from: number;
    };
    /**
     * Passes over the training part; `stages` say it instead.
     */
    epochs?: number;
    /**
     * Rows in each step. Default 1 for the optimizer type sgd, otherwise 32; gd takes the whole part and no `batchSize`.
     */
    batchSize?: number;
    /**
     * Batches whose gradients make one step; 1 if not given, and not for gd.
     */
    accumulate?: number;
    /**
     * Losses whose weighted sum is minimised; cross-entropy if not given.
     *
     * @minItems 1
     */
    loss?: (
      | {
          type: 'cross-entropy' | 'mean-squared-error' | 'mean-absolute-error';
          /**
           * What it counts for in the sum; 1 if not given.
           */
          weight?: number;
        }
      | {
          type: 'focal';
          /**
           * What it counts for in the sum; 1 if not given.
           */
          weight?: number;
          /**
           * How much less rows count that are right already; 2 if not given.
           */
          gamma?: number;
          /**
           * A factor; 0.25 if not given.
           */
          alpha?: number;
        }
    )[];
    /**
     * Share of each target that is spread evenly over all classes; 0 if not given.
     */
    labelSmoothing?: number;
    /**
     * What the loss of a row of each class is multiplied by: `balanced` for all classes alike, or a map of classes; 1 for those that are not named.
     */
    classWeights?:
      | 'balanced'
      | {
          [k: string]: number;
        };
    /**
     * Penalty on the weights that is added to the loss; biases, and scales and shifts of normalisation, are left out.
     */
    regularization?: {
      /**
       * Times the sum of sizes.
       */
      l1: number;
      /**
       * Times the sum of squares.
       */
      l2: number;
    };
    /**
     * Bounds the gradient of each step.
     */
    clip?: {
      /**
       * `value`: each value of the gradient; `norm`: the length of each weight's; `global-norm`: the length of all.
       */
      by: 'value' | 'norm' | 'global-norm';
      /**
       * Largest size.
       */
      limit: number;
    };
    /**
     * Changes each row of the training part at random, anew in each epoch.
     */
    augment?: {
      /**
       * Pictures: mirrored half the time, left and right, top and bottom, or each.
       */
      flip?: 'horizontal' | 'vertical' | 'both';
      /**
       * Pictures: moved by at most this share of height and width.
       */
      shift?: number;
      /**
       * Pictures: turned by at most so many degrees.
       */
      rotate?: number;
      /**
       * Pictures: larger or smaller by at most this share.
       */
      zoom?: number;
      /**
       * Pictures: what comes in from outside, the nearest pixel or 0; edge if not given.
       */
      fill?: 'edge' | 'zero';
      /**
       * Pictures: side of a square that is blanked, as a share of the shorter side.
       */
      cutout?: number;
      /**
       * Numbers and pictures: standard deviation of normal noise added to each encoded value.
       */
      noise?: number;
      /**
       * Texts: share of tokens that are left out.
       */
      dropTokens?: number;
    };
    /**
     * Seed of every random draw of this step.
     */
    seed: number;
    /**
     * Needs a validation part.
     */
    earlyStopping?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Epochs without improvement before stopping.
       */
      patience: number;
      /**
       * Smallest change that counts.
       */
      minDelta: number;
      /**
       * Keep the best epoch's weights.
       */
      restoreBest: boolean;
    };
    /**
     * Trains to the end and keeps the weights of the best epoch. Needs a validation part.
     */
    keepBest?: {
      /**
       * What to watch.
       */
      monitor: 'validationLoss' | 'validationAccuracy' | 'validationF1';
      /**
       * Smallest change that counts.
       */
      minDelta: number;
    };
    /**
     * What training may keep of each part of the data.
     */
    memory?: {
      /**
       * A part of more MiB is read from disk in shuffled blocks, of which half as much is in memory at once. Default 1024.
       */
      limitMiB: number;
    };
    checkpoint: {
      /**
       * Longest time between checkpoints; one is also written after each epoch that takes longer. `0s`: after every batch.
       */
      every: string;
    };
  };
  outputs: {
    /**
     * The trained model, with its encoders.
     */
    model: ArtifactRef;
    /**
     * The weights alone: equal bytes mean an equal model.
     */
    weights: ArtifactRef;
    /**
     * Loss and accuracy of each epoch.
     */
    history: ArtifactRef;
    /**
     * An event file for TensorBoard.
     */
    tensorboard: ArtifactRef;
    /**
     * Epochs that ran.
     */
    epochs: number;
    /**
     * Epoch of the weights that were kept, from 1.
     */
    bestEpoch: number;
    metrics: {
      /**
       * Cross-entropy, nats.
       */
      trainLoss: number;
      /**
       * 0 to 1.
       */
      trainAccuracy: number;
      validationLoss: number | null;
      validationAccuracy: number | null;
    };
    /**
     * What was taken over.
     */
    transferred: {
      /**
       * Names of the layers of the base.
       */
      layers: string[];
      /**
       * Of these layers, moving statistics included.
       */
      parameters: number;
      /**
       * Of these, those that no stage moved: equal to the base's, bit by bit.
       */
      frozenParameters: number;
      /**
       * Of the new layers.
       */
      headParameters: number;
    };
    /**
     * compareWithScratch: accuracies on the test part.
     */
    gain?: {
      /**
       * Of the transfer, by seed.
       */
      transferred: number[];
      /**
       * From fresh weights, by seed.
       */
      scratch: number[];
      /**
       * Mean of the paired differences, with a 95 % t interval.
       */
      difference: {
        value: number;
        low: number;
        high: number;
      };
    };
  };
}

/**
 * Gives the values of `with` as outputs: names for what is computed once and used often. The workflow does it itself.
 */
export interface ValuesStep {
  with: {
    [k: string]: unknown;
  };
  outputs: {
    [k: string]: unknown;
  };
}

/**
 * Draws pictures of data, training, decisions and what is inside a model: each as SVG and PNG, light and dark, with its data as CSV.
 */
export interface VisualizeStep {
  with: {
    /**
     * Which pictures.
     *
     * @minItems 1
     *
     * Items: Picture.
     */
    pictures: (
      | 'learning-curve'
      | 'confusion-matrix'
      | 'roc-curve'
      | 'pr-curve'
      | 'calibration'
      | 'attribution-overlay'
      | 'decision-path'
      | 'decision-boundary'
      | 'first-layer-filters'
      | 'activation-map'
      | 'activation-maximisation'
      | 'attention-map'
      | 'embedding-projection'
    )[];
    /**
     * learning-curve: histories of training, by the name to show.
     */
    histories?: {
      /**
       * A history.
       */
      [k: string]: ArtifactRef;
    };
    /**
     * confusion-matrix, roc-curve, pr-curve, calibration.
     */
    predictions?: ArtifactRef;
    /**
     * attribution-overlay, decision-path.
     */
    explanations?: ArtifactRef;
    /**
     * What is inside a model, and decision-boundary. decision-path: says too which members of a cascade or chain a row went through.
     */
    model?: ArtifactRef;
    /**
     * attribution-overlay, decision-boundary, activation-map, activation-maximisation, attention-map, embedding-projection.
     */
    dataset?: ArtifactRef;
    /**
     * Where rows are taken from; of `rows`, their own.
     */
    part: 'train' | 'validation' | 'test';
    /**
     * activation-map, attention-map: which rows; default the first of the part.
     */
    rows?: ArtifactRef;
    /**
     * Pictures of rows: at most so many rows. activation-maximisation: at most so many classes or filters.
     */
    limit: number;
    /**
     * activation-map: its layer; default the first convolution. attention-map: its layer; default the first attention. activation-maximisation: its layer; default the output. embedding-projection: its layer; default the one that the output reads.
     */
    layer?: string;
    /**
     * decision-boundary: names of two numbers of a table, across and up. Default: both of two, and of more the two directions in which the rows vary most.
     *
     * @minItems 2
     * @maxItems 2
     *
     * Items: A column.
     */
    features?: string[];
    /**
     * decision-boundary, embedding-projection: at most so many rows, drawn at random.
     */
    points: number;
    /**
     * activation-maximisation: steps of the ascent.
     */
    steps: number;
    /**
     * Of every random draw.
     */
    seed: number;
  };
  outputs: {
    /**
     * All pictures, with title, caption, row and data.
     */
    gallery: ArtifactRef;
    /**
     * Pictures.
     */
    count: number;
  };
}

/**
 * A type of JSON.
 */
export type PayloadType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
/**
 * A count.
 */
export type PayloadCount = number;

/**
 * Waits until something outside tells the run of an event. It holds no worker while it waits; an event that came early counts.
 */
export interface WaitForEventStep {
  with: {
    /**
     * Name of the event.
     */
    event: string;
    schema?: Payload;
    /**
     * How long to wait.
     */
    timeout: string;
    /**
     * fail: the step fails when nothing came in time. continue: it succeeds with `received: false`.
     */
    onTimeout: 'fail' | 'continue';
  };
  outputs: {
    /**
     * Whether the event came in time.
     */
    received: boolean;
    /**
     * What it carried; null where none came.
     */
    payload: unknown;
    /**
     * Who sent it.
     */
    sentBy: string | null;
    /**
     * When it came, ISO 8601.
     */
    receivedAt: string | null;
  };
}
/**
 * What the event must carry; one that breaks it is refused. A part of JSON Schema draft-07: no references, no regular expressions.
 */
export interface Payload {
  /**
   * Type of the value, or several.
   */
  type?: PayloadType | PayloadType[];
  /**
   * What it is.
   */
  description?: string;
  /**
   * Its name.
   */
  title?: string;
  /**
   * The only values allowed.
   *
   * @minItems 1
   */
  enum?: unknown[];
  /**
   * The only value allowed.
   */
  const?: unknown;
  /**
   * Smallest number.
   */
  minimum?: number;
  /**
   * Largest number.
   */
  maximum?: number;
  /**
   * The number is larger than this.
   */
  exclusiveMinimum?: number;
  /**
   * The number is smaller than this.
   */
  exclusiveMaximum?: number;
  /**
   * The number is a multiple of this.
   */
  multipleOf?: number;
  minLength?: PayloadCount;
  maxLength?: PayloadCount;
  minItems?: PayloadCount;
  maxItems?: PayloadCount;
  /**
   * No item twice.
   */
  uniqueItems?: boolean;
  items?: Payload;
  /**
   * What the keys are.
   */
  properties?: {
    [k: string]: Payload;
  };
  /**
   * Keys that must be there.
   *
   * Items: A key.
   */
  required?: string[];
  /**
   * Whether other keys may be there, or what they are.
   */
  additionalProperties?: boolean | Payload;
  minProperties?: PayloadCount;
  maxProperties?: PayloadCount;
  /**
   * It is one of these.
   *
   * @minItems 1
   */
  anyOf?: Payload[];
}
