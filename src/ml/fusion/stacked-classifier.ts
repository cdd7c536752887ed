/** A logistic model over what the members say. */
import * as tf from '@tensorflow/tfjs';
import { SMALLEST_PROBABILITY } from '../audit/metrics.ts';
import type { Classifier } from '../classifier.ts';
import type { InputContract, StackingModel } from '../model.ts';
import { requireSameMembers } from './require-same-members.ts';

interface Stacking {
  readonly input: InputContract;
  readonly meta: StackingModel;
}

/** softmax(W·ln p + b); probabilities below 1e-7 count as that. */
export class StackedClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #meta: StackingModel;
  readonly #members: readonly Classifier[];

  /**
   * @param members  owned, and disposed with the fusion.
   * @throws PipelineError `MODEL_INVALID` if a member has other classes or another input.
   */
  constructor({ input, meta }: Stacking, members: readonly Classifier[]) {
    this.classes = input.classes;
    this.inputShape = input.inputShape;
    this.#meta = meta;
    this.#members = members;
    requireSameMembers(input, members);
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const classes = this.classes.length;
    const answers: Float32Array[] = [];
    for (const member of this.#members) answers.push(await member.predict(x, rows));
    const all = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row += 1) {
      const logs = answers.flatMap((values) =>
        Array.from(values.subarray(row * classes, (row + 1) * classes), (value) =>
          Math.log(Math.max(value, SMALLEST_PROBABILITY)),
        ),
      );
      all.set(this.#answer(logs), row * classes);
    }
    return all;
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => {
      const answers = this.#members.map((member) => member.probabilities(x));
      const logs = tf.log(tf.maximum(tf.concat(answers, 1), SMALLEST_PROBABILITY));
      const weights = tf.transpose(tf.tensor2d(this.#meta.weights.map((row) => [...row])));
      const scores = tf.add(tf.matMul(logs, weights), tf.tensor1d([...this.#meta.bias]));
      return tf.softmax(scores) as tf.Tensor2D;
    });
  }

  dispose(): void {
    this.#members.forEach((member) => member.dispose());
  }

  #answer(logs: readonly number[]): readonly number[] {
    const scores = this.#meta.weights.map((row, k) =>
      row.reduce(
        (sum, weight, at) => sum + weight * (logs[at] as number),
        this.#meta.bias[k] as number,
      ),
    );
    const most = Math.max(...scores);
    const raised = scores.map((score) => Math.exp(score - most));
    const sum = raised.reduce((total, value) => total + value, 0);
    return raised.map((value) => value / sum);
  }
}
