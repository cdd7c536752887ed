/** What training minimises on a batch, but for penalties on the weights. */
import * as tf from '@tensorflow/tfjs';
import type { EpochRecord } from '../model.ts';
import { absoluteError } from './losses/absolute-error.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { focal } from './losses/focal.ts';
import { mixedLoss, type WeightedLoss } from './losses/mixed-loss.ts';
import { softmaxCrossEntropy } from './losses/softmax-cross-entropy.ts';
import { squaredError } from './losses/squared-error.ts';
import { type Scores, scoreRows } from './scores.ts';

/** What training minimises, and what it is judged by. */
export interface TrainingObjective {
  /**
   * The mean loss of the rows with these labels. Call inside `tf.tidy`.
   *
   * @param history  of the epochs before: all that a loss may depend on but the rows.
   * @returns a function of logits `[rows, outputs]`, differentiable by them.
   */
  of(labels: Int32Array, history: readonly EpochRecord[]): (logits: tf.Tensor2D) => tf.Scalar;

  /** @param logits  `[rows, outputs]`. */
  score(logits: Float32Array, labels: Int32Array): Scores;

  /** What the record of an epoch says beside the figures of all. */
  describe(epoch: ScoredEpoch): Partial<EpochRecord>;
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
}

/** @see Szegedy et al. 2015, arXiv:1512.00567, section 7, for the smoothing of labels */
export class Objective implements TrainingObjective {
  readonly #options: ObjectiveOptions;
  readonly #terms: readonly WeightedLoss[];

  constructor(options: ObjectiveOptions) {
    this.#options = options;
    this.#terms = options.losses.map((term) => ({ loss: lossOf(term), weight: term.weight ?? 1 }));
  }

  /**
   * The mean loss of the rows with these labels. Call inside `tf.tidy`.
   *
   * @param labels  `[rows]`, class indices.
   * @returns a function of logits `[rows, classes]`, differentiable by them.
   */
  of(labels: Int32Array): (logits: tf.Tensor2D) => tf.Scalar {
    const { classes, classWeights, losses } = this.#options;
    const targets = tf.tensor2d(this.targets(labels), [labels.length, classes]);
    const rowWeights =
      classWeights &&
      tf.tensor1d(Float32Array.from(labels, (label) => classWeights[label] as number));
    const [first] = losses;
    // The common case, in fewer operations.
    if (losses.length === 1 && first?.type === 'cross-entropy' && (first.weight ?? 1) === 1) {
      if (!rowWeights) return (logits) => softmaxCrossEntropy(logits, targets);
    }
    return (logits) => mixedLoss({ logits, targets, rowWeights }, this.#terms);
  }

  score(logits: Float32Array, labels: Int32Array): Scores {
    return scoreRows(logits, labels, this.#options.classes);
  }

  describe(): Partial<EpochRecord> {
    return {};
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
