/** Embedding, positions and attention. */
import {
  isFlag,
  isNumber,
  kernelAndBias,
  type LayerRule,
  oneOf,
  type WeightSpec,
} from './layer-rule.ts';
import type { AttentionBody, EmbeddingBody, PositionsBody } from './layer-spec.ts';
import { differ, faultOfRank, faultOfSizes, productOf, showShape, type Shape } from './shape.ts';

/** Keras' RandomUniform. */
const EMBEDDING_LIMIT = 0.05;

export const embeddingRule: LayerRule<EmbeddingBody> = {
  keys: { vocabulary: isNumber, units: isNumber, maskZero: isFlag },
  defaults: { maskZero: true },
  infer({ layer: { vocabulary, units }, name, shape }) {
    const fault = faultOfSizes({ vocabulary, units });
    if (fault) return fault;
    if (shape.length !== 1) {
      const found = `takes tokens, [length], but gets ${showShape(shape)}`;
      return { code: 'SHAPE_MISMATCH', found, key: 'type' };
    }
    return {
      shape: [shape[0] as number, units],
      weights: [
        {
          name: `${name}/embeddings`,
          shape: [vocabulary, units],
          trainable: true,
          initial: { type: 'uniform', limit: EMBEDDING_LIMIT },
        },
      ],
      operations: 0,
    };
  },
};

export const positionsRule: LayerRule<PositionsBody> = {
  keys: { kind: oneOf('sinusoidal', 'learned') },
  defaults: { kind: 'sinusoidal' },
  infer({ layer: { kind }, name, shape }) {
    const fault = faultOfRank(shape, 2);
    if (fault) return fault;
    const learned: WeightSpec = {
      name: `${name}/embeddings`,
      shape,
      trainable: true,
      initial: { type: 'uniform', limit: EMBEDDING_LIMIT },
    };
    return { shape, weights: kind === 'learned' ? [learned] : [] };
  },
};

/** Weights: kernel and bias of query, key, value and output, in this order, as Keras has them. */
export const attentionRule: LayerRule<AttentionBody> = {
  keys: { heads: isNumber, keyUnits: isNumber, causal: isFlag },
  defaults: { causal: false },
  arity: { least: 1, most: 2 },
  infer({ layer: { heads, keyUnits, causal }, name, inputs, shape: query }) {
    const value = inputs.at(-1) as Shape;
    const fault =
      faultOfSizes({ heads, keyUnits }) ?? faultOfRank(query, 2) ?? faultOfRank(value, 2);
    if (fault) return fault;
    const [steps, features] = query as [number, number];
    const [valueSteps, valueFeatures] = value as [number, number];
    if (causal && differ(steps, valueSteps)) {
      const found = `is causal, so both inputs need as many steps, but it gets ${showShape(query)} and ${showShape(value)}`;
      return { code: 'SHAPE_MISMATCH', found, key: 'causal' };
    }
    const wide = heads * keyUnits;
    const project = (part: string, from: number): WeightSpec[] =>
      kernelAndBias({
        name: `${name}/${part}`,
        kernel: [from, heads, keyUnits],
        bias: [heads, keyUnits],
        fanIn: from,
        fanOut: wide,
      });
    const output = kernelAndBias({
      name: `${name}/output`,
      kernel: [heads, keyUnits, features],
      fanIn: wide,
      fanOut: features,
    });
    const projected = 2 * productOf(query) + 2 * valueSteps * valueFeatures;
    return {
      shape: query,
      weights: [
        ...project('query', features),
        ...project('key', valueFeatures),
        ...project('value', valueFeatures),
        ...output,
      ],
      operations: 2 * wide * (projected + 2 * steps * valueSteps),
      inner: wide * (2 * steps + 2 * valueSteps) + heads * steps * valueSteps,
    };
  },
};
