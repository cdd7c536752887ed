/** Runs the layers of a network over a batch, in their order. */
import * as tf from '@tensorflow/tfjs';
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import type { Source } from '../../layers/wire-layers.ts';
import type { Architecture } from '../model.ts';
import { applyLayer } from './apply-layer.ts';
import { inputsOf, type LayerShape } from './infer-shapes.ts';
import type { InputValues, OnShares, TrainingMode } from './layer-call.ts';
import type { PassData } from '../recording/feeds.ts';
import {
  findPooledConvolutions,
  finishPooled,
  NONE_POOLED,
  type PooledConvolutions,
} from './pooled-convolutions.ts';
import { type MaybeMask, maskAfter, maskOf } from './sequence-mask.ts';

export interface GraphCall extends LayersCall {
  /** `[rows, ...inputShape]`. */
  readonly x: tf.Tensor;
  readonly tap?: LayerTap | undefined;
}

/** A look at what one layer gives, or another value in its stead. */
export interface LayerTap {
  /** Index of the layer. */
  readonly layer: number;
  /** From the layer's output, its activation included, to what later layers read. */
  readonly pass: (output: tf.Tensor) => tf.Tensor;
}

export interface LayersCall {
  readonly architecture: Architecture;
  readonly shapes: readonly LayerShape[];
  /** In layer order. */
  readonly weights: readonly tf.Tensor[];
  readonly training: TrainingMode | undefined;
  /** Receives the new value of the moving statistics `weights[position]`. */
  readonly moveStatistic: (position: number, value: tf.Tensor) => void;
  readonly onShares?: OnShares | undefined;
}

/** What a layer gives, and which of its steps are padding. */
export interface Value {
  readonly tensor: tf.Tensor;
  readonly mask: MaybeMask;
  /** Of inputs of the network. */
  readonly given?: InputValues;
}

/**
 * @returns the last layer's output, without its softmax; the places of a text one after the other, as
 *   rows of their own. Call inside `tf.tidy`.
 */
export function runGraph(call: GraphCall): tf.Tensor {
  const { architecture, shapes, training, tap } = call;
  const inputs = takeInputs(architecture, call.x);
  const values: (Value | undefined)[] = [];
  const lastReads = findLastReads(shapes);
  // A convolution whose bias waits for the pooling behind it has no output to look at.
  const pooled = tap ? NONE_POOLED : findPooledConvolutions(architecture.layers, shapes);
  let position = 0;
  for (const [index, { sources, weights }] of shapes.entries()) {
    const from = sources.map((source) => valueAt(source, inputs, values));
    const start = position;
    position += weights.length;
    const value = runLayer(call, { index, from, start, pooled });
    values[index] = tap?.layer === index ? { ...value, tensor: tap.pass(value.tensor) } : value;
    if (!training) forget(values, lastReads[index] as readonly number[], inputs);
  }
  const { tensor } = values.at(-1) as Value;
  return architecture.labelShape ? tf.reshape(tensor, [-1, architecture.classes]) : tensor;
}

export interface LayerPlace {
  readonly index: number;
  readonly from: readonly Value[];
  /** Position of the layer's first weight. */
  readonly start: number;
  readonly pooled: PooledConvolutions;
}

/** Call inside `tf.tidy`. */
export function runLayer(call: LayersCall, place: LayerPlace): Value {
  const { training } = call;
  const run = (): tf.Tensor => applyAt(call, place);
  // Gradients need what is inside a layer; without them it is freed at once.
  const tensor = training ? run() : tf.tidy(run);
  const layer = call.architecture.layers[place.index] as LayerSpec;
  return { tensor, mask: maskAt(layer, { from: place.from, training }) };
}

function applyAt(call: LayersCall, { index, from, start, pooled }: LayerPlace): tf.Tensor {
  const { architecture, shapes, weights, training, moveStatistic, onShares } = call;
  const { layers } = architecture;
  const layer = layers[index] as LayerSpec;
  const count = (shapes[index] as LayerShape).weights.length;
  const isLast = index === layers.length - 1;
  const isUnfinished = pooled.unfinished.has(index);
  const output = applyLayer({
    layer: isUnfinished ? withoutActivation(layer) : isLast ? withoutSoftmax(layer) : layer,
    index,
    inputs: from.map(({ tensor }) => tensor),
    x: (from[0] as Value).tensor,
    masks: from.map(({ mask }) => mask),
    given: from[0]?.given,
    weights: weights.slice(start, start + (isUnfinished ? 1 : count)),
    training,
    updateStatistic: (at, value) => moveStatistic(start + at, value),
    onShares,
  });
  const convolution = pooled.byPooling.get(index);
  return convolution ? finishPooled(output, convolution, weights) : output;
}

export function takeInputs(architecture: Architecture, x: tf.Tensor): readonly Value[] {
  const inputs = inputsOf(architecture);
  if (inputs.length === 1) return [{ tensor: x, mask: undefined, given: (pass) => pass.x }];
  return inputs.map(({ shape, offset }: InputSpec) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const slice = tf.slice(x, [0, offset], [-1, size]);
    return {
      tensor: tf.reshape(slice, [x.shape[0], ...shape]),
      mask: undefined,
      given: (pass) => takeColumns(pass.x, { width: x.shape[1] as number, offset, size }),
    };
  });
}

/** @returns of each row of `width` values, those from `offset`. */
function takeColumns(
  rows: Float32Array,
  { width, offset, size }: Record<'width' | 'offset' | 'size', number>,
): Float32Array {
  const count = rows.length / width;
  const columns = new Float32Array(count * size);
  for (let row = 0; row < count; row += 1) {
    const start = row * width + offset;
    columns.set(rows.subarray(start, start + size), row * size);
  }
  return columns;
}

function valueAt(source: Source, inputs: readonly Value[], values: readonly (Value | undefined)[]) {
  return ('input' in source ? inputs[source.input] : values[source.layer]) as Value;
}

interface MaskCall {
  readonly from: readonly Value[];
  readonly training: TrainingMode | undefined;
}

function maskAt(layer: LayerSpec, { from, training }: MaskCall): MaybeMask {
  if (layer.type !== 'embedding' || !layer.maskZero) {
    return maskAfter(
      layer,
      from.map(({ mask }) => mask),
    );
  }
  const { tensor, given } = from[0] as Value;
  const [rows, length] = tensor.shape as [number, number];
  const maskTokens = (tokens: Float32Array): Uint8Array =>
    Uint8Array.from(tokens, (token) => (token === 0 ? 0 : 1));
  const feeds = training?.feeds;
  if (!feeds?.isRecorded || !given) return maskOf(maskTokens(tensor.dataSync<'float32'>()), rows);
  const valuesOf = (pass: PassData): Uint8Array => maskTokens(given(pass));
  return { rows, length, values: valuesOf(feeds.pass), recorded: { feeds, valuesOf } };
}

/** @returns for each layer, the layers whose output no later one reads. */
function findLastReads(shapes: readonly LayerShape[]): readonly (readonly number[])[] {
  const last = new Map<number, number>();
  for (const [index, { sources }] of shapes.entries()) {
    for (const source of sources) if ('layer' in source) last.set(source.layer, index);
  }
  const reads: number[][] = shapes.map(() => []);
  for (const [layer, reader] of last) reads[reader]?.push(layer);
  return reads;
}

/** Frees outputs that are not needed any more. A layer may give its very input on. */
function forget(
  values: (Value | undefined)[],
  layers: readonly number[],
  inputs: readonly Value[],
): void {
  for (const layer of layers) {
    const { tensor } = values[layer] as Value;
    values[layer] = undefined;
    const isHeld = [...values, ...inputs].some((value) => value?.tensor === tensor);
    if (!isHeld) tensor.dispose();
  }
}

function withoutSoftmax(layer: LayerSpec): LayerSpec {
  return layer.type === 'dense' || layer.type === 'activation'
    ? { ...layer, activation: 'linear' }
    : layer;
}

const withoutActivation = (layer: LayerSpec): LayerSpec =>
  layer.type === 'conv2d' ? { ...layer, activation: 'linear' } : layer;
