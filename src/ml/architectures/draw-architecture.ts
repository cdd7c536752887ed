/** Families of networks to explicit layers: feed-forward and convolutional ones. */
import type { Activation, LayerSpec } from '../model.ts';
import type { Graph } from '../../layers/infer-graph.ts';
import { inferLayers } from './infer-shapes.ts';

export interface FamilyOptions {
  readonly inputShape: readonly number[];
  readonly activation: Activation;
  /** Rate after each hidden or dense layer; 0 for none. */
  readonly dropout: number;
}

/** Units of hidden layers between flatten and output. */
export function drawMlp(hidden: readonly number[], options: FamilyOptions): LayerSpec[] {
  const flatten: LayerSpec[] = options.inputShape.length > 1 ? [{ type: 'flatten' }] : [];
  return [...flatten, ...denseLayers(hidden, options)];
}

export interface CnnOptions extends FamilyOptions {
  readonly filters: readonly number[];
  readonly kernelSize: number;
  readonly dense: readonly number[];
}

/** A map is halved only while both sides stay at least this large. */
const SMALLEST_POOLED_SIDE = 2;
const POOLED_CONVOLUTIONS = 2;
const POOL_SIZE = 2;

/**
 * Convolutions with padding `same`, 2×2 max-pooling after the first two where what remains is
 * at least 2×2, then flatten and dense layers: the reference image network.
 *
 * @param options.inputShape  `[height, width, channels]`.
 */
export function drawCnn(options: CnnOptions): LayerSpec[] {
  const { inputShape, filters, kernelSize, activation, dense } = options;
  const [height, width] = inputShape as [number, number];
  const layers: LayerSpec[] = [];
  let side = Math.min(height, width);
  for (const [index, count] of filters.entries()) {
    layers.push({
      type: 'conv2d',
      filters: count,
      kernelSize,
      strides: 1,
      padding: 'same',
      activation,
    });
    const pooled = Math.floor(side / POOL_SIZE);
    if (index >= POOLED_CONVOLUTIONS || pooled < SMALLEST_POOLED_SIDE) continue;
    layers.push({ type: 'maxPooling2d', poolSize: POOL_SIZE });
    side = pooled;
  }
  return [...layers, { type: 'flatten' }, ...denseLayers(dense, options)];
}

/** The layers of a network that writes a text, with its output for each place. */
export const withOutputs = (layers: readonly LayerSpec[], classes: number): LayerSpec[] => [
  ...layers,
  { type: 'dense', units: classes, activation: 'softmax' },
];

/**
 * The layers with the output: flattened where needed, dense, softmax.
 *
 * @throws PipelineError as `inferLayers`.
 */
export function withOutput({ inputs, layers }: Graph, classes: number): LayerSpec[] {
  const first = inputs[0]?.shape ?? [];
  const outputShape = inferLayers({ inputs, layers }).at(-1)?.outputShape ?? first;
  const flatten: LayerSpec[] = outputShape.length > 1 ? [{ type: 'flatten' }] : [];
  return [...layers, ...flatten, { type: 'dense', units: classes, activation: 'softmax' }];
}

export function denseLayers(
  units: readonly number[],
  { activation, dropout }: Pick<FamilyOptions, 'activation' | 'dropout'>,
): LayerSpec[] {
  return units.flatMap((count): LayerSpec[] => [
    { type: 'dense', units: count, activation },
    ...dropoutLayers(dropout),
  ]);
}

export function dropoutLayers(rate: number): LayerSpec[] {
  return rate > 0 ? [{ type: 'dropout', rate }] : [];
}
