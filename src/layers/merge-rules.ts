import type { LayerRule } from './layer-rule.ts';
import { productOf, sameShape, showShape } from './shape.ts';

const MOST_INPUTS = 64;
const ARITY = { least: 2, most: MOST_INPUTS } as const;

/** Add and multiply: value by value, so every input has the same shape. */
export const elementwiseRule: LayerRule = {
  keys: {},
  defaults: {},
  arity: ARITY,
  infer({ inputs, shape }) {
    const other = inputs.find((input) => !sameShape(input, shape));
    if (!other) return { shape, operations: (inputs.length - 1) * productOf(shape) };
    const found = `takes inputs of one shape but gets ${showShape(shape)} and ${showShape(other)}`;
    return { code: 'SHAPE_MISMATCH', found, key: 'inputs' };
  },
};

/** Along the last axis. */
export const concatenateRule: LayerRule = {
  keys: {},
  defaults: {},
  arity: ARITY,
  infer({ inputs, shape }) {
    const start = shape.slice(0, -1);
    const other = inputs.find((input) => !sameShape(input.slice(0, -1), start));
    if (other) {
      const found = `takes inputs that differ in the last size only but gets ${showShape(shape)} and ${showShape(other)}`;
      return { code: 'SHAPE_MISMATCH', found, key: 'inputs' };
    }
    const last = inputs.reduce((sum, input) => sum + (input.at(-1) as number), 0);
    return { shape: [...start, last], operations: 0 };
  },
};
