import { setImmediate } from 'node:timers/promises';
import type * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../../errors.ts';
import { productOf } from '../../../layers/shape.ts';
import type { Classifier } from '../../classifier.ts';
import type { ForeignReading, InputContract } from '../../model.ts';
import type { Feed, ForeignRuntime } from './foreign-runtime.ts';
import { requireMeaning } from './require-meaning.ts';
import { toProbabilities } from './to-probabilities.ts';

const MAX_BATCH = 256;
/** Values of a batch: 16 MB. */
const MAX_BATCH_VALUES = 2 ** 22;
/** See `classifier.ts`: a row's bits must not depend on its neighbours. */
const PACKET_ROWS = 8;

/** A model that its own framework's runtime computes. */
export class ForeignClassifier implements Classifier {
  readonly classes: readonly string[];
  readonly inputShape: readonly number[];
  readonly #runtime: ForeignRuntime;
  readonly #reading: ForeignReading;
  readonly #batch: number;

  /** @param runtime  owned, and disposed with it. */
  constructor(
    runtime: ForeignRuntime,
    { classes, inputShape }: Pick<InputContract, 'classes' | 'inputShape'>,
    reading: ForeignReading,
  ) {
    this.classes = classes;
    this.inputShape = inputShape;
    this.#runtime = runtime;
    this.#reading = reading;
    const fitting = Math.min(MAX_BATCH, Math.floor(MAX_BATCH_VALUES / productOf(inputShape)));
    const whole = Math.max(PACKET_ROWS, fitting - (fitting % PACKET_ROWS));
    this.#batch = runtime.batch ?? whole;
  }

  async predict(x: Float32Array, rows: number): Promise<Float32Array> {
    const width = productOf(this.inputShape);
    if (x.length !== rows * width) {
      const message = `${rows} rows of ${width} values need ${rows * width} values, got ${x.length}`;
      throw new PipelineError('SHAPE_MISMATCH', message);
    }
    const count = this.classes.length;
    const all = new Float32Array(rows * count);
    for (let start = 0; start < rows; start += this.#batch) {
      const end = Math.min(start + this.#batch, rows);
      const answer = await this.#answer(x.subarray(start * width, end * width), end - start);
      all.set(toProbabilities(answer, this.#reading), start * count);
      // Lets heartbeats and cancellations through between batches.
      await setImmediate();
    }
    return all;
  }

  /**
   * Asks the model about rows and holds what it gives against what was declared.
   *
   * @throws PipelineError `SPEC_INVALID` if the answers are not what `output` says.
   */
  async check(x: Float32Array, rows: number): Promise<void> {
    const width = productOf(this.inputShape);
    const first = Math.min(rows, this.#batch);
    const answer = await this.#answer(x.subarray(0, first * width), first);
    requireMeaning(answer, this.#reading.output);
  }

  /** @throws PipelineError `MODEL_UNSUPPORTED`, always. */
  probabilities(_x: tf.Tensor): tf.Tensor2D {
    throw new PipelineError(
      'MODEL_UNSUPPORTED',
      'The model was imported as it is: it gives answers and no gradients',
      { remedy: 'use a method without gradients, such as kernel-shap' },
    );
  }

  dispose(): void {
    this.#runtime.dispose();
  }

  async #answer(x: Float32Array, rows: number) {
    const fixed = this.#runtime.batch;
    const packed = fixed ?? Math.ceil(rows / PACKET_ROWS) * PACKET_ROWS;
    const width = productOf(this.inputShape);
    const filled = new Float32Array(packed * width);
    filled.set(x);
    const { feeds, layout, outputName } = this.#reading;
    const output = outputName ?? this.#runtime.outputs[0] ?? '';
    const given = feeds.map((feed) => feedOf(feed, { x: filled, rows: packed, width, layout }));
    const { shape, values } = await this.#runtime.run(given, output);
    const outputs = values.length / packed;
    const units = this.classes.length;
    const fits = outputs === units || (outputs === 1 && units === 2);
    if (shape[0] === packed && fits) return { values: values.subarray(0, rows * outputs), rows };
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `the model gives [${shape.join(', ')}] for ${packed} rows, but there are ${units} classes`,
      { remedy: 'give `classes` in the order of the model’s outputs' },
    );
  }
}

interface Rows {
  readonly x: Float32Array;
  readonly rows: number;
  readonly width: number;
  readonly layout: ForeignReading['layout'];
}

/** Takes an input's part of each row, with its channels where the model has them. */
function feedOf(
  { name, offset, shape }: ForeignReading['feeds'][number],
  { x, rows, width, layout }: Rows,
): Feed {
  const size = productOf(shape);
  const channels = shape.length > 1 && layout === 'channels-first' ? (shape.at(-1) as number) : 1;
  const places = size / channels;
  const values = new Float32Array(rows * size);
  for (let row = 0; row < rows; row += 1) {
    const from = row * width + offset;
    for (let place = 0; place < places; place += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        values[row * size + channel * places + place] = x[
          from + place * channels + channel
        ] as number;
      }
    }
  }
  return { name, shape: [rows, ...modelShape(shape, layout)], values };
}

/** A row's shape as the model has it. */
function modelShape(shape: readonly number[], layout: ForeignReading['layout']) {
  if (layout === 'channels-last' || shape.length < 2) return shape;
  return [shape.at(-1) as number, ...shape.slice(0, -1)];
}
