/** Shapes, weights and parameter counts of an architecture, known before anything is built. */
import { PipelineError } from '../../errors.ts';
import type { LayerSpec } from '../model.ts';

/** One weight tensor of a layer, and how it starts. */
export interface WeightSpec {
  /** Such as `conv2d_1/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Moving statistics are weights that no gradient changes. */
  readonly trainable: boolean;
  readonly initial:
    | { readonly type: 'glorotUniform'; readonly limit: number }
    | { readonly type: 'zeros' | 'ones' };
}

export interface LayerShape {
  /** `<type>_<n>`, n counting the layers of the type from 1. */
  readonly name: string;
  readonly type: LayerSpec['type'];
  /** Without the batch axis. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly weights: readonly WeightSpec[];
  /** Values in `weights`, moving statistics included. */
  readonly parameters: number;
}

/** 2^27 values are 512 MB, with Adam's state 2 GB: beyond what one process should be asked for. */
export const MAX_PARAMETERS = 2 ** 27;
/** Values of one row's activation. */
export const MAX_ACTIVATION = 2 ** 26;
export const MAX_LAYERS = 1000;

/**
 * @param inputShape  without the batch axis: `[features]` or `[height, width, channels]`.
 * @throws PipelineError `ARCHITECTURE_INVALID` for a size that is no positive integer or beyond
 * the limits; `SHAPE_MISMATCH` where a layer cannot take what the one before gives. Both name
 * the layer by its index, from 0.
 */
export function inferShapes(
  inputShape: readonly number[],
  layers: readonly LayerSpec[],
): LayerShape[] {
  if (layers.length > MAX_LAYERS) {
    throw new PipelineError(
      'ARCHITECTURE_INVALID',
      `The architecture has ${layers.length} layers; at most ${MAX_LAYERS} are allowed`,
    );
  }
  requireSizes(inputShape, 'the input shape');
  const counts = new Map<string, number>();
  const shapes: LayerShape[] = [];
  let shape = inputShape;
  let total = 0;
  for (const [index, layer] of layers.entries()) {
    const count = (counts.get(layer.type) ?? 0) + 1;
    counts.set(layer.type, count);
    const inferred = inferLayer({
      layer,
      index,
      inputShape: shape,
      name: `${layer.type}_${count}`,
    });
    total += inferred.parameters;
    if (total > MAX_PARAMETERS) {
      throw layerError('ARCHITECTURE_INVALID', layer, index, tooManyParameters(total));
    }
    shapes.push(inferred);
    shape = inferred.outputShape;
  }
  return shapes;
}

const tooManyParameters = (total: number) =>
  `brings the parameters to ${total}; at most ${MAX_PARAMETERS} are allowed`;

interface LayerInput<L extends LayerSpec = LayerSpec> {
  readonly layer: L;
  readonly index: number;
  readonly inputShape: readonly number[];
  readonly name: string;
}

function inferLayer(input: LayerInput): LayerShape {
  const { layer, index, inputShape, name } = input;
  const { outputShape, weights = [] } = inferOutput(input);
  if (productOf(outputShape) > MAX_ACTIVATION) {
    const found = `gives [${outputShape.join(', ')}]; at most ${MAX_ACTIVATION} values are allowed`;
    throw layerError('ARCHITECTURE_INVALID', layer, index, found);
  }
  const parameters = weights.reduce((sum, { shape }) => sum + productOf(shape), 0);
  return { name, type: layer.type, inputShape, outputShape, weights, parameters };
}

interface InferredOutput {
  readonly outputShape: readonly number[];
  readonly weights?: readonly WeightSpec[];
}

function inferOutput(input: LayerInput): InferredOutput {
  const { layer, inputShape } = input;
  switch (layer.type) {
    case 'dense':
      return inferDense({ ...input, layer });
    case 'conv2d':
      return inferConvolution({ ...input, layer });
    case 'maxPooling2d':
    case 'averagePooling2d':
      return inferPooling({ ...input, layer });
    case 'flatten':
      return { outputShape: [productOf(inputShape)] };
    case 'globalAveragePooling2d':
      requireRank(input, 3);
      return { outputShape: [inputShape[2] as number] };
    case 'batchNormalization':
    case 'layerNormalization':
      return inferNormalization(input);
    case 'dropout':
      if (!(layer.rate >= 0 && layer.rate < 1)) {
        throw invalid(input, `has rate ${layer.rate}; it must be at least 0 and below 1`);
      }
      return { outputShape: inputShape };
    case 'activation':
      return { outputShape: inputShape };
  }
}

function inferDense(input: LayerInput<Extract<LayerSpec, { type: 'dense' }>>): InferredOutput {
  const { layer, inputShape, name } = input;
  requireSizes([layer.units], `units of layer ${input.index}`);
  requireRank(input, 1);
  const inputs = inputShape[0] as number;
  const weights = weightAndBias({
    name,
    kernel: [inputs, layer.units],
    fanIn: inputs,
    fanOut: layer.units,
  });
  return { outputShape: [layer.units], weights };
}

function inferConvolution(
  input: LayerInput<Extract<LayerSpec, { type: 'conv2d' }>>,
): InferredOutput {
  const { layer, inputShape, name, index } = input;
  const { filters, kernelSize, strides, padding } = layer;
  requireSizes([filters, kernelSize, strides], `filters, kernelSize and strides of layer ${index}`);
  requireRank(input, 3);
  const [height, width, channels] = inputShape as [number, number, number];
  if (padding === 'valid' && kernelSize > Math.min(height, width)) {
    throw mismatch(
      input,
      `its kernel of ${kernelSize} does not fit into [${inputShape.join(', ')}]`,
    );
  }
  const side = (size: number): number =>
    Math.ceil((padding === 'same' ? size : size - kernelSize + 1) / strides);
  const weights = weightAndBias({
    name,
    kernel: [kernelSize, kernelSize, channels, filters],
    fanIn: kernelSize * kernelSize * channels,
    fanOut: kernelSize * kernelSize * filters,
  });
  return { outputShape: [side(height), side(width), filters], weights };
}

/** Windows do not overlap and the remainder is dropped, as Keras' padding `valid` does. */
function inferPooling(
  input: LayerInput<Extract<LayerSpec, { type: 'maxPooling2d' | 'averagePooling2d' }>>,
): InferredOutput {
  const { layer, inputShape, index } = input;
  requireSizes([layer.poolSize], `poolSize of layer ${index}`);
  requireRank(input, 3);
  const [height, width, channels] = inputShape as [number, number, number];
  if (layer.poolSize > Math.min(height, width)) {
    throw mismatch(
      input,
      `its window of ${layer.poolSize} does not fit into [${inputShape.join(', ')}]`,
    );
  }
  const side = (size: number): number => Math.floor(size / layer.poolSize);
  return { outputShape: [side(height), side(width), channels] };
}

/** Both normalise the last axis' features; one scale and one shift each. */
function inferNormalization({ layer, inputShape, name }: LayerInput): InferredOutput {
  const shape = [inputShape.at(-1) as number];
  const weight = (part: string, type: 'zeros' | 'ones', trainable: boolean): WeightSpec => ({
    name: `${name}/${part}`,
    shape,
    trainable,
    initial: { type },
  });
  const weights = [weight('gamma', 'ones', true), weight('beta', 'zeros', true)];
  if (layer.type === 'batchNormalization') {
    weights.push(weight('movingMean', 'zeros', false), weight('movingVariance', 'ones', false));
  }
  return { outputShape: inputShape, weights };
}

interface KernelSpec {
  readonly name: string;
  readonly kernel: readonly number[];
  readonly fanIn: number;
  readonly fanOut: number;
}

/** @see Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. 16 */
function weightAndBias({ name, kernel, fanIn, fanOut }: KernelSpec): WeightSpec[] {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const units = kernel.at(-1) as number;
  return [
    {
      name: `${name}/kernel`,
      shape: kernel,
      trainable: true,
      initial: { type: 'glorotUniform', limit },
    },
    { name: `${name}/bias`, shape: [units], trainable: true, initial: { type: 'zeros' } },
  ];
}

export function productOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function requireSizes(sizes: readonly number[], what: string): void {
  if (sizes.length > 0 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return;
  throw new PipelineError(
    'ARCHITECTURE_INVALID',
    `${what} must be positive integers, got [${sizes.join(', ')}]`,
  );
}

function requireRank(input: LayerInput, rank: 1 | 3): void {
  if (input.inputShape.length === rank) return;
  const wanted = rank === 1 ? '[features]' : '[height, width, channels]';
  const remedy = rank === 1 ? 'put a flatten layer before it' : 'use it on pictures only';
  throw mismatch(input, `it takes ${wanted} but gets [${input.inputShape.join(', ')}]`, remedy);
}

const invalid = ({ layer, index }: LayerInput, found: string): PipelineError =>
  layerError('ARCHITECTURE_INVALID', layer, index, found);

const mismatch = ({ layer, index }: LayerInput, found: string, remedy?: string): PipelineError =>
  new PipelineError('SHAPE_MISMATCH', `Layer ${index} (${layer.type}): ${found}`, { remedy });

function layerError(
  code: 'ARCHITECTURE_INVALID',
  layer: LayerSpec,
  index: number,
  found: string,
): PipelineError {
  return new PipelineError(code, `Layer ${index} (${layer.type}) ${found}`);
}
