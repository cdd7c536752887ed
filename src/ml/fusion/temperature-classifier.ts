/** A classifier whose probabilities are calibrated by one temperature. */
import * as tf from '@tensorflow/tfjs';
import { likeliestClass, SMALLEST_PROBABILITY, type ProbabilityTable } from '../audit/metrics.ts';
import type { Classifier } from '../classifier.ts';
import type { InputContract, TemperatureRule } from '../model.ts';
import { requireSameMembers } from './require-same-members.ts';

type Calibrated = TemperatureRule & { readonly input: InputContract };

/**
 * softmax(ln p / T); probabilities below 1e-7 count as that. The likeliest class stays what it is.
 *
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599, section 4.2
 */
export class TemperatureClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #temperature: number;
  readonly #members: readonly Classifier[];

  /**
   * @param members  one; owned, and disposed with this.
   * @throws PipelineError `MODEL_INVALID` if it has other classes or another input.
   */
  constructor({ input, temperature }: Calibrated, members: readonly Classifier[]) {
    this.classes = input.classes;
    this.inputShape = input.inputShape;
    this.#temperature = temperature;
    this.#members = members;
    requireSameMembers(input, members);
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const values = await this.#member.predict(x, rows);
    return applyTemperature({ values, rows, classes: this.classes.length }, this.#temperature);
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => {
      const logs = tf.log(tf.maximum(this.#member.probabilities(x), SMALLEST_PROBABILITY));
      return tf.softmax<tf.Tensor2D>(tf.div(logs, this.#temperature));
    });
  }

  dispose(): void {
    this.#members.forEach((member) => member.dispose());
  }

  get #member(): Classifier {
    return this.#members[0] as Classifier;
  }
}

/** @returns `[rows, classes]`, each row softmax(ln p / T), its likeliest class the same. */
export function applyTemperature(table: ProbabilityTable, temperature: number): Float32Array {
  const { values, rows, classes } = table;
  const scaled = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row += 1) {
    const start = row * classes;
    const best = likeliestClass(table, row);
    const logOf = (index: number) =>
      Math.log(Math.max(values[start + index] ?? NaN, SMALLEST_PROBABILITY));
    const most = logOf(best);
    let sum = 0;
    const raised = Array.from({ length: classes }, (_, index) => {
      const value = Math.exp((logOf(index) - most) / temperature);
      sum += value;
      return value;
    });
    scaled.set(
      raised.map((value) => value / sum),
      start,
    );
    keepLikeliest(scaled.subarray(start, start + classes), best);
  }
  return scaled;
}

/** Two probabilities that were hardly apart may be one number of float32 by now. */
function keepLikeliest(row: Float32Array, best: number): void {
  const value = row[best] as number;
  if (row.indexOf(value) < best) row[best] = value * (1 + 2 ** -23);
}
