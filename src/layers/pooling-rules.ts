import type { PoolingBody } from './layer-spec.ts';
import { isNumber, type LayerRule } from './layer-rule.ts';
import { faultOfRank, faultOfSizes, productOf, showShape } from './shape.ts';

/** Windows do not overlap and the remainder is dropped, as Keras' padding `valid` does. */
export const poolingRule: LayerRule<PoolingBody> = {
  keys: { poolSize: isNumber },
  defaults: { poolSize: 2 },

  infer({ layer: { type, poolSize }, shape }) {
    const axes = type.endsWith('1d') ? 1 : 2;
    const fault = faultOfSizes({ poolSize }) ?? faultOfRank(shape, axes === 1 ? 2 : 3);
    if (fault) return fault;
    const sides = shape.slice(0, axes);
    if (sides.some((side) => poolSize > side)) {
      const found = `has a window of ${poolSize}, which does not fit into ${showShape(shape)}`;
      return { code: 'SHAPE_MISMATCH', found };
    }
    const output = sides.map((side) => Math.floor(side / poolSize));
    return { shape: [...output, shape[axes] as number], operations: productOf(shape) };
  },
};

const globalPooling = (rank: 2 | 3): LayerRule => ({
  keys: {},
  defaults: {},
  infer: ({ shape }) =>
    faultOfRank(shape, rank) ?? { shape: shape.slice(-1), operations: productOf(shape) },
});

export const globalPooling1dRule = globalPooling(2);
export const globalPooling2dRule = globalPooling(3);
