/** Layers that only move values about, or change each by itself. */
import { isActivation, isNumber, type LayerRule } from './layer-rule.ts';
import type { Activation } from './layer-spec.ts';
import { differ, faultOfSizes, productOf, showShape } from './shape.ts';

export const flattenRule: LayerRule = {
  keys: {},
  defaults: {},
  infer: ({ shape }) => ({ shape: [productOf(shape)], operations: 0 }),
};

export const reshapeRule: LayerRule<{ readonly shape: readonly number[] }> = {
  keys: { shape: (value) => Array.isArray(value) && value.length > 0 && value.every(isNumber) },
  defaults: {},
  infer({ layer, shape }) {
    if (faultOfSizes(Object.fromEntries(layer.shape.entries()))) {
      const found = `makes ${showShape(layer.shape)}; its sizes must be positive integers`;
      return { code: 'ARCHITECTURE_INVALID', found, key: 'shape' };
    }
    if (differ(productOf(layer.shape), productOf(shape))) {
      const found = `makes ${showShape(layer.shape)} of ${showShape(shape)}, which has ${productOf(shape)} values, not ${productOf(layer.shape)}`;
      return { code: 'SHAPE_MISMATCH', found, key: 'shape' };
    }
    return { shape: layer.shape, operations: 0 };
  },
};

export const dropoutRule: LayerRule<{ readonly rate: number }> = {
  keys: { rate: isNumber },
  defaults: {},
  infer({ layer: { rate }, shape }) {
    if (rate >= 0 && rate < 1) return { shape, operations: 0 };
    const found = `has rate ${rate}; it must be at least 0 and below 1`;
    return { code: 'ARCHITECTURE_INVALID', found, key: 'rate' };
  },
};

export const activationRule: LayerRule<{ readonly activation: Activation }> = {
  keys: { activation: isActivation },
  defaults: {},
  infer: ({ shape }) => ({ shape }),
};
