import type { DenseBody } from './layer-spec.ts';
import { isActivation, isNumber, kernelAndBias, type LayerRule } from './layer-rule.ts';
import { faultOfRank, faultOfSizes, productOf } from './shape.ts';

export const denseRule: LayerRule<DenseBody> = {
  keys: { units: isNumber, activation: isActivation },
  defaults: {},

  infer({ layer, name, shape }) {
    const { units } = layer;
    const fault =
      faultOfSizes({ units }) ?? (shape.length === 2 ? undefined : faultOfRank(shape, 1));
    if (fault) return fault;
    const features = shape.at(-1) as number;
    const weights = kernelAndBias({
      name,
      kernel: [features, units],
      fanIn: features,
      fanOut: units,
    });
    return {
      shape: [...shape.slice(0, -1), units],
      weights,
      operations: 2 * productOf(shape) * units,
    };
  },
};
