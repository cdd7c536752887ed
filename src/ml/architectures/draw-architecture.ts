/** Families of networks to explicit layers. */
import { PipelineError } from '../../errors.ts';
import type { Activation, LayerSpec } from '../model.ts';
import { inferShapes } from './infer-shapes.ts';

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
 * @throws PipelineError `SHAPE_MISMATCH` if the input is no picture.
 */
export function drawCnn(options: CnnOptions): LayerSpec[] {
  const { inputShape, filters, kernelSize, activation, dense } = options;
  const [height, width] = inputShape;
  if (inputShape.length !== 3 || height === undefined || width === undefined) {
    throw new PipelineError(
      'SHAPE_MISMATCH',
      `The family cnn takes pictures, the data set has rows of [${inputShape.join(', ')}]`,
      { remedy: 'use the family mlp, or read the columns as an image' },
    );
  }
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

/**
 * The layers with the output: flattened where needed, dense, softmax.
 *
 * @throws PipelineError as `inferShapes`.
 */
export function withOutput(
  layers: readonly LayerSpec[],
  inputShape: readonly number[],
  classes: number,
): LayerSpec[] {
  const outputShape = inferShapes(inputShape, layers).at(-1)?.outputShape ?? inputShape;
  const flatten: LayerSpec[] = outputShape.length > 1 ? [{ type: 'flatten' }] : [];
  return [...layers, ...flatten, { type: 'dense', units: classes, activation: 'softmax' }];
}

function denseLayers(
  units: readonly number[],
  { activation, dropout }: FamilyOptions,
): LayerSpec[] {
  return units.flatMap((count): LayerSpec[] => {
    const dense: LayerSpec = { type: 'dense', units: count, activation };
    return dropout > 0 ? [dense, { type: 'dropout', rate: dropout }] : [dense];
  });
}
