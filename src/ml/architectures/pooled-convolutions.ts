/**
 * Convolutions that a max-pooling alone reads. As neither rounding nor the activation ever falls,
 * max φ(xᵢ + b) = φ(max xᵢ + b) to the bit: pooling first leaves a quarter of the values, or fewer, to
 * the bias, the activation and their gradients.
 */
import type * as tf from '@tensorflow/tfjs';
import type { Activation, LayerSpec } from '../../layers/layer-spec.ts';
import { activate } from './activations.ts';
import type { LayerShape } from './infer-shapes.ts';
import { addBias } from './layers/add-bias.ts';

const NEVER_FALLING: readonly Activation[] = ['relu', 'linear'];

export interface PooledConvolution {
  readonly activation: Activation;
  /** Position of its bias in the weights of the network. */
  readonly bias: number;
}

export interface PooledConvolutions {
  /** Indices of the convolutions, which give their products alone. */
  readonly unfinished: ReadonlySet<number>;
  /** By the index of the pooling. */
  readonly byPooling: ReadonlyMap<number, PooledConvolution>;
}

/** Each layer by itself. */
export const NONE_POOLED: PooledConvolutions = { unfinished: new Set(), byPooling: new Map() };

export function findPooledConvolutions(
  layers: readonly LayerSpec[],
  shapes: readonly LayerShape[],
): PooledConvolutions {
  const readers = countReaders(shapes);
  const unfinished = new Set<number>();
  const byPooling = new Map<number, PooledConvolution>();
  for (const [index, { sources }] of shapes.entries()) {
    const [source] = sources;
    if (layers[index]?.type !== 'maxPooling2d' || !source || !('layer' in source)) continue;
    const read = layers[source.layer];
    if (read?.type !== 'conv2d' || !NEVER_FALLING.includes(read.activation)) continue;
    if (readers.get(source.layer) !== 1) continue;
    const before = shapes.slice(0, source.layer);
    const start = before.reduce((sum, { weights }) => sum + weights.length, 0);
    unfinished.add(source.layer);
    byPooling.set(index, { activation: read.activation, bias: start + 1 });
  }
  return { unfinished, byPooling };
}

/** @param pooled  the largest products, `[rows, height, width, filters]`. */
export function finishPooled(
  pooled: tf.Tensor,
  { activation, bias }: PooledConvolution,
  weights: readonly tf.Tensor[],
): tf.Tensor {
  return activate(addBias(pooled, weights[bias] as tf.Tensor1D), activation);
}

function countReaders(shapes: readonly LayerShape[]): ReadonlyMap<number, number> {
  const readers = new Map<number, number>();
  for (const source of shapes.flatMap(({ sources }) => sources)) {
    if ('layer' in source) readers.set(source.layer, (readers.get(source.layer) ?? 0) + 1);
  }
  return readers;
}
