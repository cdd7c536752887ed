import type { KeyCheck, LayerRule, WeightSpec } from './layer-rule.ts';
import { productOf, type Shape } from './shape.ts';

/** Passes over the values: two for the moments, two to shift and to scale. */
const PASSES = 4;

const isEpsilon: KeyCheck = (value) => typeof value === 'number' && value > 0 && value < 1;
const OPTIONAL = { epsilon: isEpsilon } as const;

/** Both normalise the last axis' features; one scale and one shift each. */
export const layerNormalizationRule: LayerRule = {
  keys: {},
  optional: OPTIONAL,
  defaults: {},
  infer: ({ name, shape }) => ({
    shape,
    weights: scaleAndShift(name, shape),
    operations: PASSES * productOf(shape),
  }),
};

export const batchNormalizationRule: LayerRule = {
  keys: {},
  optional: OPTIONAL,
  defaults: {},
  infer: ({ name, shape }) => ({
    shape,
    weights: [
      ...scaleAndShift(name, shape),
      statistic(`${name}/movingMean`, shape, 'zeros'),
      statistic(`${name}/movingVariance`, shape, 'ones'),
    ],
    operations: PASSES * productOf(shape),
  }),
};

function scaleAndShift(name: string, shape: Shape): WeightSpec[] {
  const features = shape.slice(-1);
  return [
    { name: `${name}/gamma`, shape: features, trainable: true, initial: { type: 'ones' } },
    { name: `${name}/beta`, shape: features, trainable: true, initial: { type: 'zeros' } },
  ];
}

function statistic(name: string, shape: Shape, type: 'zeros' | 'ones'): WeightSpec {
  return { name, shape: shape.slice(-1), trainable: false, initial: { type } };
}
