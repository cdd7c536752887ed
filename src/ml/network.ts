import * as tf from '@tensorflow/tfjs';
import { encodeFloat32 } from '../data/tensor-bytes.ts';
import { PipelineError } from '../errors.ts';
import type { TrainingMode } from './architectures/layer-call.ts';
import { inferLayers, inputsOf, type LayerShape } from './architectures/infer-shapes.ts';
import { initialWeights } from './architectures/initial-weights.ts';
import { decodeWeights, requireWeights } from './decode-weights.ts';
import type { Architecture } from './model.ts';
import { runGraph, type LayerTap } from './architectures/run-graph.ts';
import { placeWeights, splitVector, type WeightPlace } from './weight-places.ts';

export type { WeightPlace };

export interface NetworkWeights {
  /** `[trainable values]`. */
  readonly parameters: tf.Tensor1D;
  /** `[moving statistics]`. */
  readonly statistics: tf.Tensor1D;
}

interface Pass {
  /** In layer order. */
  readonly weights: readonly tf.Tensor[];
  readonly training?: TrainingMode | undefined;
  readonly tap?: LayerTap | undefined;
}

export interface TrainingPass {
  /** `[rows, classes]`. */
  readonly logits: tf.Tensor2D;
  /** `[moving statistics]`; `null` where the pass moves none. */
  readonly statistics: tf.Tensor1D | null;
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
    const views = this.#ownViews();
    return tf.tidy(() => this.#run(x, { weights: views }).logits);
  }

  /** Like `logits`, with a tap at a layer, which sees and may change what later ones read of it. */
  tappedLogits(x: tf.Tensor, tap: LayerTap): tf.Tensor2D {
    this.#requireShape(x);
    const weights = this.#ownViews();
    return tf.tidy(() => this.#run(x, { weights, tap }).logits);
  }

  /**
   * The training pass: dropout is on, and batch normalisation uses the batch's moments. Changes
   * nothing. Call inside `tf.tidy`.
   *
   * @param weights.parameters  `[trainable values]`, to differentiate by.
   * @returns logits `[rows, classes]` and the moving statistics after the pass.
   */
  trainingPass(weights: NetworkWeights, x: tf.Tensor, training: TrainingMode): TrainingPass {
    this.#requireShape(x);
    const { frozen, frozenWeights } = training;
    const own = this.split(weights).map((weight, index) =>
      frozen?.has(this.#layers[index] as number) ? (frozenWeights?.[index] ?? weight) : weight,
    );
    return this.#run(x, { weights: own, training });
  }

  /**
   * `trainingPass` with the network's own statistics, which it moves.
   *
   * @returns logits `[rows, classes]`; the caller disposes.
   */
  trainingLogits(parameters: tf.Tensor1D, x: tf.Tensor, training: TrainingMode): tf.Tensor2D {
    return tf.tidy(() => {
      const weights = { parameters, statistics: this.#statistics };
      const { logits, statistics } = this.trainingPass(weights, x, training);
      if (statistics) this.replaceStatistics(statistics);
      return logits;
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

  /** `[moving statistics]`, owned by the network. */
  get statistics(): tf.Tensor1D {
    return this.#statistics;
  }

  /** Takes ownership of `parameters` and disposes the old ones. */
  replaceParameters(parameters: tf.Tensor1D): void {
    this.#forgetViews();
    this.#parameters.dispose();
    this.#parameters = tf.keep(parameters);
  }

  /** Takes ownership of `statistics` and disposes the old ones. */
  replaceStatistics(statistics: tf.Tensor1D): void {
    this.#forgetViews();
    this.#statistics.dispose();
    this.#statistics = tf.keep(statistics);
  }

  /** Every weight in layer order, moving statistics included; owned by the network. */
  weightTensors(): readonly { readonly name: string; readonly tensor: tf.Tensor }[] {
    return this.#ownViews().map((tensor, index) => ({
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
    this.replaceStatistics(tf.tensor1d(statistics));
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

  /** @returns the weights in layer order. Call inside `tf.tidy`. */
  split({ parameters, statistics }: NetworkWeights): tf.Tensor[] {
    const pieces = {
      true: splitVector(parameters, this.#sizes(true)),
      false: splitVector(statistics, this.#sizes(false)),
    };
    return this.#places.map(({ trainable, shape }) => {
      const piece = pieces[`${trainable}`].shift() as tf.Tensor;
      return tf.reshape(piece, [...shape]);
    });
  }

  #run(x: tf.Tensor, { weights, training, tap }: Pass): TrainingPass {
    const { architecture, shapes } = this;
    const moved = new Map<number, tf.Tensor>();
    const logits = runGraph({
      architecture,
      shapes,
      x,
      weights,
      training,
      tap,
      moveStatistic: (position, statistic) => moved.set(position, statistic),
    }) as tf.Tensor2D;
    if (moved.size === 0) return { logits, statistics: null };
    const values = weights.map((old, index) => moved.get(index) ?? old);
    const all = values.filter((_, index) => !(this.#places[index] as WeightPlace).trainable);
    return { logits, statistics: tf.concat1d(all.map((value) => tf.reshape(value, [-1]))) };
  }

  #ownViews(): readonly tf.Tensor[] {
    const own = { parameters: this.#parameters, statistics: this.#statistics };
    this.#views ??= tf.tidy(() => this.split(own).map((view) => tf.keep(view)));
    return this.#views;
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
