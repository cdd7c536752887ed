/** What training minimises on a batch, but for penalties on the weights. */
import type * as tf from '@tensorflow/tfjs';
import type { EpochRecord } from '../model.ts';
import { feedsOf, type Feeds } from '../recording/feeds.ts';
import { absoluteError } from './losses/absolute-error.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { focal } from './losses/focal.ts';
import { mixedLoss, type WeightedLoss } from './losses/mixed-loss.ts';
import { softmaxCrossEntropy } from './losses/softmax-cross-entropy.ts';
import { squaredError } from './losses/squared-error.ts';
import { type Scores, scoreRows } from './scores.ts';

/** What training minimises, and what it is judged by. */
export interface TrainingObjective {
  /** A pass can be recorded: all that differs between passes comes by feeds. */
  readonly isRecordable: boolean;

  /**
   * The mean loss of the rows with these labels. Call inside `tf.tidy`.
   *
   * @returns a function of logits `[rows, outputs]`, differentiable by them.
   */
  of(labels: Int32Array, given: LossGiven): (logits: tf.Tensor2D) => tf.Scalar;

  /** @param logits  `[rows, outputs]`. */
  score(logits: Float32Array, labels: Int32Array): Scores;

  /** What the record of an epoch says beside the figures of all. */
  describe(epoch: ScoredEpoch): Partial<EpochRecord>;
}

/** All that a loss may depend on but the labels. */
export interface LossGiven {
  /** Of the epochs before. */
  readonly history: readonly EpochRecord[];
  /** Where a recording takes the labels of each pass from. @default the labels as they are */
  readonly feeds?: Feeds | undefined;
}

export interface ScoredEpoch {
  readonly trained: Scores;
  /** `null` without a validation part. */
  readonly held: Scores | null;
  readonly history: readonly EpochRecord[];
}

export interface LossTerm {
  readonly type: 'cross-entropy' | 'focal' | 'mean-squared-error' | 'mean-absolute-error';
  /** Above 0. @default 1 */
  readonly weight?: number | undefined;
  /** focal. @default 2 */
  readonly gamma?: number | undefined;
  /** focal. @default 0.25 */
  readonly alpha?: number | undefined;
}

export interface ObjectiveOptions {
  readonly classes: number;
  /** Their weighted sum; at least one. */
  readonly losses: readonly LossTerm[];
  /** ε in [0, 1): targets become t(1 − ε) + ε/K. */
  readonly labelSmoothing: number;
  /** What the loss of a row of each class is multiplied by; `null` for 1. */
  readonly classWeights: readonly number[] | null;
  /** A label whose rows do not count: padding. @default every row counts */
  readonly ignored?: number | undefined;
}

/** @see Szegedy et al. 2015, arXiv:1512.00567, section 7, for the smoothing of labels */
export class Objective implements TrainingObjective {
  readonly isRecordable = true;
  readonly #options: ObjectiveOptions;
  readonly #terms: readonly WeightedLoss[];

  constructor(options: ObjectiveOptions) {
    this.#options = options;
    this.#terms = options.losses.map((term) => ({ loss: lossOf(term), weight: term.weight ?? 1 }));
  }

  /**
   * The mean loss of the rows with these labels, those left out that do not count. Call inside
   * `tf.tidy`.
   *
   * @param labels  `[rows]`, class indices; at least one counts.
   * @returns a function of logits `[rows, classes]`, differentiable by them.
   */
  of(
    labels: Int32Array,
    { feeds = feedsFor(labels) }: Pick<LossGiven, 'feeds'> = {},
  ): (logits: tf.Tensor2D) => tf.Scalar {
    const { classes, classWeights, ignored, losses } = this.#options;
    const rows = labels.length;
    const targets = feeds.tensor([rows, classes], (pass) =>
      this.targets(pass.labels),
    ) as tf.Tensor2D;
    const isWeighted = classWeights !== null || ignored !== undefined;
    const rowWeights = isWeighted
      ? (feeds.tensor([rows], (pass) => this.#weightsOf(pass.labels)) as tf.Tensor1D)
      : null;
    const [first] = losses;
    // The common case, in fewer operations.
    if (losses.length === 1 && first?.type === 'cross-entropy' && (first.weight ?? 1) === 1) {
      if (!rowWeights) return (logits) => softmaxCrossEntropy(logits, targets);
    }
    return (logits) => mixedLoss({ logits, targets, rowWeights }, this.#terms);
  }

  score(logits: Float32Array, labels: Int32Array): Scores {
    const { classes, ignored } = this.#options;
    return scoreRows(logits, labels, { classes, ignored });
  }

  describe(): Partial<EpochRecord> {
    return {};
  }

  /** The mean is over all rows: those that count make up for the others. */
  #weightsOf(labels: Int32Array): Float32Array {
    const { classWeights, ignored } = this.#options;
    if (ignored === undefined) {
      return Float32Array.from(labels, (label) => classWeights?.[label] ?? 1);
    }
    const counting = labels.reduce((sum, label) => (label === ignored ? sum : sum + 1), 0);
    const share = labels.length / counting;
    return Float32Array.from(labels, (label) => (label === ignored ? 0 : share));
  }

  /** @returns `[rows, classes]`. */
  targets(labels: Int32Array): Float32Array {
    const { classes, labelSmoothing } = this.#options;
    const rest = labelSmoothing / classes;
    const targets = new Float32Array(labels.length * classes).fill(rest);
    labels.forEach((label, row) => {
      targets[row * classes + label] = 1 - labelSmoothing + rest;
    });
    return targets;
  }
}

const feedsFor = (labels: Int32Array): Feeds =>
  feedsOf({ rows: labels.length, x: new Float32Array(), labels, step: 0 });

function lossOf({ type, gamma = 2, alpha = 0.25 }: LossTerm): WeightedLoss['loss'] {
  switch (type) {
    case 'cross-entropy':
      return crossEntropy;
    case 'focal':
      return focal({ gamma, alpha });
    case 'mean-squared-error':
      return squaredError;
    case 'mean-absolute-error':
      return absoluteError;
  }
}
