import type { Convolution1dBody, Convolution2dBody } from './layer-spec.ts';
import {
  type Inferred,
  isActivation,
  isNumber,
  kernelAndBias,
  type LayerRule,
  oneOf,
  type Placed,
} from './layer-rule.ts';
import { faultOfRank, faultOfSizes, type LayerFault, productOf, showShape } from './shape.ts';

const KEYS = { filters: isNumber, kernelSize: isNumber, strides: isNumber } as const;
const DEFAULTS = { kernelSize: 3, strides: 1, padding: 'same' } as const;

export const convolution2dRule: LayerRule<Convolution2dBody> = {
  keys: { ...KEYS, padding: oneOf('valid', 'same'), activation: isActivation },
  defaults: DEFAULTS,
  infer: (placed) => convolve(placed, 2),
};

export const convolution1dRule: LayerRule<Convolution1dBody> = {
  keys: { ...KEYS, padding: oneOf('valid', 'same', 'causal'), activation: isActivation },
  defaults: DEFAULTS,
  infer: (placed) => convolve(placed, 1),
};

/** `valid`: ⌈(size − kernel + 1) / stride⌉; otherwise ⌈size / stride⌉. */
function convolve(
  { layer, name, shape }: Placed<Convolution1dBody | Convolution2dBody>,
  axes: 1 | 2,
): Inferred | LayerFault {
  const { filters, kernelSize, strides, padding } = layer;
  const fault =
    faultOfSizes({ filters, kernelSize, strides }) ?? faultOfRank(shape, axes === 1 ? 2 : 3);
  if (fault) return fault;
  const sides = shape.slice(0, axes);
  const channels = shape[axes] as number;
  if (padding === 'valid' && sides.some((side) => kernelSize > side)) {
    const found = `has a kernel of ${kernelSize}, which does not fit into ${showShape(shape)}`;
    return { code: 'SHAPE_MISMATCH', found };
  }
  const output = sides.map((side) =>
    Math.ceil((padding === 'valid' ? side - kernelSize + 1 : side) / strides),
  );
  const window = kernelSize ** axes;
  const weights = kernelAndBias({
    name,
    kernel: [...sides.map(() => kernelSize), channels, filters],
    fanIn: window * channels,
    fanOut: window * filters,
  });
  return {
    shape: [...output, filters],
    weights,
    operations: 2 * window * channels * filters * productOf(output),
  };
}
