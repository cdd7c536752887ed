/** Initial weights: Glorot-uniform kernels, zero biases, neutral normalisation, as Keras' own. */
import type { WeightSpec } from '../../layers/layer-rule.ts';
import { CounterRandom } from '../random.ts';
import { fillOrthogonal } from './fill-orthogonal.ts';
import { productOf, type LayerShape } from './infer-shapes.ts';

/**
 * @param seed  each weight draws from its own stream `initial:<name>`.
 * @returns all weights in layer order, back to back.
 */
export function initialWeights(shapes: readonly LayerShape[], seed: number): Float32Array {
  const specs = shapes.flatMap(({ weights }) => weights);
  const sizes = specs.map(({ shape }) => productOf(shape));
  const all = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  for (const [index, spec] of specs.entries()) {
    const size = sizes[index] as number;
    fill(all.subarray(offset, offset + size), spec, seed);
    offset += size;
  }
  return all;
}

function fill(values: Float32Array, { name, initial, shape }: WeightSpec, seed: number): void {
  const random = new CounterRandom({ seed, stream: `initial:${name}` });
  switch (initial.type) {
    case 'zeros':
    case 'ones':
      values.fill(initial.type === 'ones' ? 1 : 0);
      break;
    case 'forgetBias':
      // Of four gates, the forget gate is the second.
      values.fill(1, values.length / 4, values.length / 2);
      break;
    case 'orthogonal':
      fillOrthogonal(values, shape[0] as number, () => random.normal());
      break;
    case 'uniform':
    case 'glorotUniform':
      for (let at = 0; at < values.length; at += 1) {
        values[at] = initial.limit * (2 * random.uniform() - 1);
      }
  }
}
