/** Members in a row: each answers what it is sure of, and hands on the rest. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../classifier.ts';
import type { InputContract } from '../model.ts';
import { requireSameMembers } from './require-same-members.ts';

interface Cascade {
  readonly input: InputContract;
  readonly thresholds: readonly number[];
}

/**
 * A row is the first member's whose likeliest class has at least the member's threshold, and the
 * last one's otherwise; later members never see it.
 */
export class CascadeClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #thresholds: readonly number[];
  readonly #members: readonly Classifier[];

  /**
   * @param members  owned, and disposed with the cascade.
   * @throws PipelineError `MODEL_INVALID` if a member has other classes or another input.
   */
  constructor({ input, thresholds }: Cascade, members: readonly Classifier[]) {
    this.classes = input.classes;
    this.inputShape = input.inputShape;
    this.#thresholds = thresholds;
    this.#members = members;
    requireSameMembers(input, members);
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const classes = this.classes.length;
    const width = x.length / rows;
    const all = new Float32Array(rows * classes);
    let open = Array.from({ length: rows }, (_, row) => row);
    for (const [index, member] of this.#members.entries()) {
      if (open.length === 0) break;
      const left = open.length === rows ? x : takeRows(x, open, width);
      const answers = await member.predict(left, open.length);
      const threshold = this.#thresholds[index] ?? 0;
      const answerOf = (at: number) => answers.subarray(at * classes, (at + 1) * classes);
      const isSure = open.map((_, at) => Math.max(...answerOf(at)) >= threshold);
      open.forEach((row, at) => all.set(answerOf(at), row * classes));
      open = open.filter((_, at) => !isSure[at]);
    }
    return all;
  }

  /** Which member a row belongs to has no gradient; within it the answer is the member's. */
  probabilities(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => {
      const answers = this.#members.map((member) => member.probabilities(x));
      return answers.reduceRight((rest, own, index) => {
        const threshold = this.#thresholds[index] as number;
        const isSure = tf.greaterEqual(tf.max(own, 1, true), threshold);
        return tf.where(tf.broadcastTo(isSure, own.shape), own, rest);
      });
    });
  }

  dispose(): void {
    this.#members.forEach((member) => member.dispose());
  }
}

function takeRows(x: Float32Array, rows: readonly number[], width: number): Float32Array {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, at) => taken.set(x.subarray(row * width, (row + 1) * width), at * width));
  return taken;
}
