/** A model behind a model: the second reads the row and what the first says of it. */
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../errors.ts';
import type { Classifier } from '../classifier.ts';
import type { InputContract } from '../model.ts';

/** What the first model says of rows: its probabilities, or the values of one of its layers. */
export interface PassedValues {
  /** Of one row that it reads. */
  readonly inputShape: readonly number[];
  /** Of one row that it gives. */
  readonly width: number;
  /** @returns `[rows, width]`. */
  readonly predict: (x: Float32Array, rows: number) => Promise<Float32Array>;
  /** Differentiable. @returns `[rows, width]`; the caller disposes. */
  readonly trace: (x: tf.Tensor) => tf.Tensor2D;
  readonly dispose: () => void;
}

/** @param first  owned by what is returned. */
export function passProbabilities(first: Classifier): PassedValues {
  return {
    inputShape: first.inputShape,
    width: first.classes.length,
    predict: (x, rows) => first.predict(x, rows),
    trace: (x) => first.probabilities(x),
    dispose: () => first.dispose(),
  };
}

interface Links {
  /** Owned, and disposed with the chain. */
  readonly first: PassedValues;
  /** Owned too. Its row is the first's and, at the end, what the first passes. */
  readonly second: Classifier;
}

export class ChainClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #links: Links;

  /** @throws PipelineError `MODEL_INVALID` if the two do not fit each other or the input. */
  constructor({ classes, inputShape }: InputContract, links: Links) {
    this.classes = classes;
    this.inputShape = inputShape;
    this.#links = links;
    const { first, second } = links;
    const row = sizeOf(inputShape);
    const isFit =
      first.inputShape.join() === inputShape.join() &&
      second.inputShape.join() === String(row + first.width) &&
      second.classes.join('\0') === classes.join('\0');
    if (isFit) return;
    throw new PipelineError(
      'MODEL_INVALID',
      `The second member of the chain takes [${second.inputShape.join(', ')}], not the ${row} values of the row and ${first.width} of the first member`,
    );
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const { first, second } = this.#links;
    return second.predict(appendPassed(x, await first.predict(x, rows), rows), rows);
  }

  probabilities(x: tf.Tensor): tf.Tensor2D {
    const { first, second } = this.#links;
    return tf.tidy(() => {
      const flat = tf.reshape(x, [x.shape[0], sizeOf(this.inputShape)]);
      return second.probabilities(tf.concat([flat, first.trace(x)], 1));
    });
  }

  dispose(): void {
    this.#links.first.dispose();
    this.#links.second.dispose();
  }
}

/** @returns each row with what was passed of it behind it. */
export function appendPassed(x: Float32Array, passed: Float32Array, rows: number): Float32Array {
  const [width, more] = [x.length / rows, passed.length / rows];
  const all = new Float32Array(rows * (width + more));
  for (let row = 0; row < rows; row += 1) {
    const at = row * (width + more);
    all.set(x.subarray(row * width, (row + 1) * width), at);
    all.set(passed.subarray(row * more, (row + 1) * more), at + width);
  }
  return all;
}

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
