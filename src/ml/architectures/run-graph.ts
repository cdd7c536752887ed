/** Runs the layers of a network over a batch, in their order. */
import * as tf from '@tensorflow/tfjs';
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import type { Source } from '../../layers/wire-layers.ts';
import type { Architecture } from '../model.ts';
import { applyLayer } from './apply-layer.ts';
import { inputsOf, type LayerShape } from './infer-shapes.ts';
import type { TrainingMode } from './layer-call.ts';
import { type MaybeMask, maskAfter, maskOf } from './sequence-mask.ts';

export interface GraphCall extends LayersCall {
  /** `[rows, ...inputShape]`. */
  readonly x: tf.Tensor;
}

export interface LayersCall {
  readonly architecture: Architecture;
  readonly shapes: readonly LayerShape[];
  /** In layer order. */
  readonly weights: readonly tf.Tensor[];
  readonly training: TrainingMode | undefined;
  /** Receives the new value of the moving statistics `weights[position]`. */
  readonly moveStatistic: (position: number, value: tf.Tensor) => void;
}

/** What a layer gives, and which of its steps are padding. */
export interface Value {
  readonly tensor: tf.Tensor;
  readonly mask: MaybeMask;
}

/**
 * @returns the last layer's output, without its softmax; the places of a text one after the other, as
 *   rows of their own. Call inside `tf.tidy`.
 */
export function runGraph(call: GraphCall): tf.Tensor {
  const { architecture, shapes, training } = call;
  const inputs = takeInputs(architecture, call.x);
  const values: (Value | undefined)[] = [];
  const lastReads = findLastReads(shapes);
  let position = 0;
  for (const [index, { sources, weights }] of shapes.entries()) {
    const from = sources.map((source) => valueAt(source, inputs, values));
    const start = position;
    position += weights.length;
    values[index] = runLayer(call, { index, from, start });
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
}

/** Call inside `tf.tidy`. */
export function runLayer(call: LayersCall, place: LayerPlace): Value {
  const run = (): tf.Tensor => applyAt(call, place);
  // Gradients need what is inside a layer; without them it is freed at once.
  const tensor = call.training ? run() : tf.tidy(run);
  const layer = call.architecture.layers[place.index] as LayerSpec;
  return { tensor, mask: maskAt(layer, place.from) };
}

function applyAt(call: LayersCall, { index, from, start }: LayerPlace): tf.Tensor {
  const { architecture, shapes, weights, training, moveStatistic } = call;
  const { layers } = architecture;
  const layer = layers[index] as LayerSpec;
  const count = (shapes[index] as LayerShape).weights.length;
  return applyLayer({
    layer: index === layers.length - 1 ? withoutSoftmax(layer) : layer,
    index,
    inputs: from.map(({ tensor }) => tensor),
    x: (from[0] as Value).tensor,
    masks: from.map(({ mask }) => mask),
    weights: weights.slice(start, start + count),
    training,
    updateStatistic: (at, value) => moveStatistic(start + at, value),
  });
}

export function takeInputs(architecture: Architecture, x: tf.Tensor): readonly Value[] {
  const inputs = inputsOf(architecture);
  if (inputs.length === 1) return [{ tensor: x, mask: undefined }];
  return inputs.map(({ shape, offset }: InputSpec) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const slice = tf.slice(x, [0, offset], [-1, size]);
    return { tensor: tf.reshape(slice, [x.shape[0], ...shape]), mask: undefined };
  });
}

function valueAt(source: Source, inputs: readonly Value[], values: readonly (Value | undefined)[]) {
  return ('input' in source ? inputs[source.input] : values[source.layer]) as Value;
}

function maskAt(layer: LayerSpec, from: readonly Value[]): MaybeMask {
  if (layer.type !== 'embedding' || !layer.maskZero) {
    return maskAfter(
      layer,
      from.map(({ mask }) => mask),
    );
  }
  const { tensor } = from[0] as Value;
  const tokens = tensor.dataSync<'float32'>();
  return maskOf(
    Uint8Array.from(tokens, (token) => (token === 0 ? 0 : 1)),
    tensor.shape[0],
  );
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
