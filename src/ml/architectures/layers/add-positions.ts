import * as tf from '@tensorflow/tfjs';
import type { PositionsBody } from '../../../layers/layer-spec.ts';
import type { LayerCall } from '../layer-call.ts';

const LONGEST_WAVE = 10_000;

export function addPositions({ layer, x, weights }: LayerCall<PositionsBody>): tf.Tensor {
  const [learned] = weights;
  const [, steps, features] = x.shape as [number, number, number];
  if (layer.kind === 'learned') return tf.add(x, firstSteps(learned as tf.Tensor2D, steps));
  return tf.add(x, tf.tensor2d(sinusoids(steps, features), [steps, features]));
}

/** The beginning of a text has fewer steps than the layer knows. */
const firstSteps = (learned: tf.Tensor2D, steps: number): tf.Tensor2D =>
  learned.shape[0] === steps ? learned : tf.slice(learned, [0, 0], [steps, -1]);

/**
 * sin(p·ω) on even features and cos(p·ω) on the odd one after, ω = 10000^(−2i/features).
 *
 * @see Vaswani et al. 2017, arXiv:1706.03762, section 3.5
 */
function sinusoids(steps: number, features: number): Float32Array {
  return Float32Array.from({ length: steps * features }, (_, at) => {
    const feature = at % features;
    const pair = feature - (feature % 2);
    const angle = Math.floor(at / features) / LONGEST_WAVE ** (pair / features);
    return feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
