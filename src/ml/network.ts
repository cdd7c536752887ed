import * as tf from '@tensorflow/tfjs';
import { decodeFloat32, encodeFloat32 } from '../data/tensor-bytes.ts';
import { PipelineError } from '../errors.ts';
import type { TrainingMode } from './architectures/layer-call.ts';
import { inferLayers, inputsOf, type LayerShape, productOf } from './architectures/infer-shapes.ts';
import { initialWeights } from './architectures/initial-weights.ts';
import type { Architecture } from './model.ts';
import { runGraph } from './architectures/run-graph.ts';

/** Where a weight's values lie within its vector, in values. */
export interface WeightPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly offset: number;
  readonly size: number;
}

/**
 * The trainable weights are one vector, `parameters`, that each forward pass splits: an
 * optimizer then updates one tensor instead of dozens, which is much faster where the tensors
 * are small. Moving statistics are a second vector.
 */
export class Network {
  readonly architecture: Architecture;
  readonly shapes: readonly LayerShape[];
  /** In layer order, the order of `exportWeights`. */
  readonly #places: readonly WeightPlace[];
  /** Of each place, the index of its layer. */
  readonly #layers: readonly number[];
  #parameters: tf.Tensor1D;
  #statistics: tf.Tensor1D;
  /** Splits of the two vectors, made on demand for inference. */
  #views: tf.Tensor[] | undefined;

  constructor(architecture: Architecture, weights: Float32Array) {
    this.architecture = architecture;
    this.shapes = shapesOf(architecture);
    this.#places = placeWeights(this.shapes);
    this.#layers = this.shapes.flatMap(({ weights: own }, layer) => own.map(() => layer));
    const { parameters, statistics } = this.#divide(weights);
    this.#parameters = tf.tensor1d(parameters);
    this.#statistics = tf.tensor1d(statistics);
  }

  /**
   * Class probabilities, differentiable by `x`.
   *
   * @param x  `[rows, ...inputShape]`.
   * @returns `[rows, classes]`, of a text `[rows · places, classes]`; the caller disposes.
   * @throws PipelineError `SHAPE_MISMATCH`.
   */
  forward(x: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => tf.softmax(this.logits(x)));
  }

  /**
   * Like `forward`, before the softmax.
   *
   * @returns `[rows, classes]`; the caller disposes.
   */
  logits(x: tf.Tensor): tf.Tensor2D {
    this.#requireShape(x);
    this.#views ??= tf.tidy(() =>
      this.#split(this.#parameters, this.#statistics).map((view) => tf.keep(view)),
    );
    const views = this.#views;
    return tf.tidy(() => this.#run(x, views));
  }

  /**
   * The training pass: dropout is on, and batch normalisation uses the batch's moments and
   * moves its statistics.
   *
   * @param parameters  `[trainable values]`, to differentiate by.
   * @returns logits `[rows, classes]`; the caller disposes.
   */
  trainingLogits(parameters: tf.Tensor1D, x: tf.Tensor, training: TrainingMode): tf.Tensor2D {
    this.#requireShape(x);
    return tf.tidy(() => {
      const { frozen, frozenWeights } = training;
      const weights = this.#split(parameters, this.#statistics).map((weight, index) =>
        frozen?.has(this.#layers[index] as number) ? (frozenWeights?.[index] ?? weight) : weight,
      );
      return this.#run(x, weights, training);
    });
  }

  /** `[trainable values]`, owned by the network. */
  get parameters(): tf.Tensor1D {
    return this.#parameters;
  }

  /** Where each trainable weight lies in `parameters`; they follow one another without gaps. */
  get parameterPlaces(): readonly WeightPlace[] {
    return this.#places.filter(({ trainable }) => trainable);
  }

  /** Of each of `parameterPlaces`, the index of its layer. */
  get parameterLayers(): readonly number[] {
    return this.#layers.filter((_, index) => (this.#places[index] as WeightPlace).trainable);
  }

  /** Takes ownership of `parameters` and disposes the old ones. */
  replaceParameters(parameters: tf.Tensor1D): void {
    this.#forgetViews();
    this.#parameters.dispose();
    this.#parameters = tf.keep(parameters);
  }

  /** Every weight in layer order, moving statistics included; owned by the network. */
  weightTensors(): readonly { readonly name: string; readonly tensor: tf.Tensor }[] {
    this.#views ??= tf.tidy(() =>
      this.#split(this.#parameters, this.#statistics).map((view) => tf.keep(view)),
    );
    return this.#views.map((tensor, index) => ({
      name: (this.#places[index] as WeightPlace).name,
      tensor,
    }));
  }

  /** All weights in layer order. */
  weights(): Float32Array {
    const vectors = {
      parameters: this.#parameters.dataSync(),
      statistics: this.#statistics.dataSync(),
    };
    const all = new Float32Array(countValues(this.shapes));
    let at = 0;
    for (const { trainable, offset, size } of this.#places) {
      const vector = trainable ? vectors.parameters : vectors.statistics;
      all.set(vector.subarray(offset, offset + size), at);
      at += size;
    }
    return all;
  }

  /** @throws PipelineError `MODEL_INVALID` for a wrong length or a value that is not finite. */
  setWeights(weights: Float32Array): void {
    const { parameters, statistics } = this.#divide(weights);
    this.replaceParameters(tf.tensor1d(parameters));
    this.#statistics.dispose();
    this.#statistics = tf.tensor1d(statistics);
  }

  /** All weights in layer order, float32 little-endian, back to back. */
  exportWeights(): Uint8Array {
    return encodeFloat32(this.weights());
  }

  /** @throws PipelineError `MODEL_INVALID` as `setWeights`. */
  importWeights(bytes: Uint8Array): void {
    this.setWeights(decodeWeights(bytes, countValues(this.shapes)));
  }

  dispose(): void {
    this.#forgetViews();
    this.#parameters.dispose();
    this.#statistics.dispose();
  }

  #run(x: tf.Tensor, weights: readonly tf.Tensor[], training?: TrainingMode): tf.Tensor2D {
    const { architecture, shapes } = this;
    const moved = new Map<number, tf.Tensor>();
    const output = runGraph({
      architecture,
      shapes,
      x,
      weights,
      training,
      moveStatistic: (position, statistic) => moved.set(position, statistic),
    });
    if (moved.size > 0) this.#moveStatistics(weights, moved);
    return output as tf.Tensor2D;
  }

  #moveStatistics(weights: readonly tf.Tensor[], moved: ReadonlyMap<number, tf.Tensor>): void {
    const values = weights.map((old, index) => moved.get(index) ?? old);
    const statistics = values.filter((_, index) => !(this.#places[index] as WeightPlace).trainable);
    const vector = tf.keep(tf.concat1d(statistics.map((value) => tf.reshape(value, [-1]))));
    this.#forgetViews();
    this.#statistics.dispose();
    this.#statistics = vector;
  }

  /** @returns the weights in layer order. */
  #split(parameters: tf.Tensor1D, statistics: tf.Tensor1D): tf.Tensor[] {
    const pieces = {
      true: splitVector(parameters, this.#sizes(true)),
      false: splitVector(statistics, this.#sizes(false)),
    };
    return this.#places.map(({ trainable, shape }) => {
      const piece = pieces[`${trainable}`].shift() as tf.Tensor;
      return tf.reshape(piece, [...shape]);
    });
  }

  #sizes(trainable: boolean): number[] {
    return this.#places.filter((place) => place.trainable === trainable).map(({ size }) => size);
  }

  #divide(weights: Float32Array): { parameters: Float32Array; statistics: Float32Array } {
    requireWeights(weights, countValues(this.shapes));
    const sum = (trainable: boolean): number =>
      this.#sizes(trainable).reduce((total, size) => total + size, 0);
    const parameters = new Float32Array(sum(true));
    const statistics = new Float32Array(sum(false));
    let at = 0;
    for (const { trainable, offset, size } of this.#places) {
      (trainable ? parameters : statistics).set(weights.subarray(at, at + size), offset);
      at += size;
    }
    return { parameters, statistics };
  }

  #forgetViews(): void {
    this.#views?.forEach((view) => view.dispose());
    this.#views = undefined;
  }

  #requireShape(x: tf.Tensor): void {
    const { inputShape } = this.architecture;
    const found = x.shape.slice(1);
    if (
      x.rank === inputShape.length + 1 &&
      found.every((size, axis) => size === inputShape[axis])
    ) {
      return;
    }
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `The network takes [rows, ${inputShape.join(', ')}], got [${x.shape.join(', ')}]`,
    );
  }
}

/**
 * A network with its initial weights.
 *
 * @throws PipelineError as `inferLayers`.
 */
export function buildNetwork(architecture: Architecture): Network {
  const shapes = shapesOf(architecture);
  return new Network(architecture, initialWeights(shapes, architecture.seed));
}

/** A network with trained weights. @throws PipelineError `MODEL_INVALID` as `importWeights`. */
export function restoreNetwork(architecture: Architecture, bytes: Uint8Array): Network {
  const shapes = shapesOf(architecture);
  return new Network(architecture, decodeWeights(bytes, countValues(shapes)));
}

function shapesOf(architecture: Architecture): readonly LayerShape[] {
  return inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
}

function countValues(shapes: readonly LayerShape[]): number {
  return shapes.reduce((sum, { parameters }) => sum + parameters, 0);
}

function placeWeights(shapes: readonly LayerShape[]): WeightPlace[] {
  const next = { true: 0, false: 0 };
  return shapes
    .flatMap(({ weights }) => weights)
    .map(({ name, shape, trainable }) => {
      const size = productOf(shape);
      const offset = next[`${trainable}`];
      next[`${trainable}`] += size;
      return { name, shape, trainable, offset, size };
    });
}

function splitVector(vector: tf.Tensor1D, sizes: number[]): tf.Tensor[] {
  // The gradient of tf.split fails where it gives one piece.
  if (sizes.length < 2) return sizes.map(() => vector);
  // A copy: the gradient tape holds the very array that tf.split returns.
  return [...tf.split(vector, sizes)];
}

function decodeWeights(bytes: Uint8Array, values: number): Float32Array {
  if (bytes.byteLength !== 4 * values) throw wrongLength(bytes.byteLength, 4 * values);
  return decodeFloat32(bytes);
}

function requireWeights(weights: Float32Array, values: number): void {
  if (weights.length !== values) throw wrongLength(4 * weights.length, 4 * values);
  const at = weights.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new PipelineError(
    'MODEL_INVALID',
    `Weight ${at} of the model is ${weights[at]}, not a finite number`,
  );
}

function wrongLength(found: number, expected: number): PipelineError {
  return new PipelineError(
    'MODEL_INVALID',
    `The weights have ${found} bytes; the architecture needs ${expected}`,
  );
}
