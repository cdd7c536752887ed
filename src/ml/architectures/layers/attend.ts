import * as tf from '@tensorflow/tfjs';
import type { AttentionBody } from '../../../layers/layer-spec.ts';
import type { LayerCall } from '../layer-call.ts';
import { maskTensor, type MaybeMask } from '../sequence-mask.ts';
import { transformLast } from './apply-dense.ts';

/** Added to the scores of what must not be seen: exp of it is 0, whatever the score was. */
const UNSEEN = -1e9;

/**
 * softmax(q·kᵀ/√keyUnits)·v in each head, the heads side by side, projected back. Written from
 * products of matrices: tfjs' own rests on Einsum, which has no gradient. A row that may see no
 * step at all sees all of them alike.
 *
 * @returns as the query, `[rows, steps, features]`.
 * @see Vaswani et al. 2017, arXiv:1706.03762, section 3.2
 */
export function attend(call: LayerCall<AttentionBody>): tf.Tensor {
  const { layer, inputs, masks, weights, index, onShares } = call;
  const query = inputs[0] as tf.Tensor3D;
  const value = inputs.at(-1) as tf.Tensor3D;
  const { heads, keyUnits } = layer;
  const project = (x: tf.Tensor3D, at: number): tf.Tensor4D =>
    splitHeads(x, weights.slice(at, at + 2), [heads, keyUnits]);
  // Scaling the few weights of the query is cheaper than scaling all scores.
  const scale = 1 / Math.sqrt(keyUnits);
  const scaled = weights.slice(0, 2).map((weight) => tf.mul(weight, scale));
  const scores = tf.matMul(
    splitHeads(query, scaled, [heads, keyUnits]),
    project(value, 2),
    false,
    true,
  );
  const unseen = hiddenSteps(scores.shape as ScoreShape, layer.causal, masks.at(-1));
  const shares = tf.softmax(unseen ? tf.add(scores, unseen) : scores) as tf.Tensor4D;
  onShares?.(index, shares);
  const seen = tf.matMul<tf.Tensor4D>(shares, project(value, 4));
  const [rows, steps, features] = query.shape;
  const joined = tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [rows, steps, heads * keyUnits]);
  const [kernel, bias] = weights.slice(6) as [tf.Tensor, tf.Tensor1D];
  return transformLast(joined, tf.reshape(kernel, [heads * keyUnits, features]), bias);
}

/** @returns `[rows, heads, steps, keyUnits]`. */
function splitHeads(
  x: tf.Tensor3D,
  weights: readonly tf.Tensor[],
  size: readonly [number, number],
): tf.Tensor4D {
  const [kernel, bias] = weights as [tf.Tensor, tf.Tensor];
  const [rows, steps, features] = x.shape;
  const wide = size[0] * size[1];
  const projected = transformLast(
    x,
    tf.reshape(kernel, [features, wide]),
    tf.reshape(bias, [wide]),
  );
  return tf.transpose(tf.reshape(projected, [rows, steps, ...size]), [0, 2, 1, 3]);
}

type ScoreShape = [rows: number, heads: number, steps: number, valueSteps: number];

/** What is added to the scores, if anything is hidden: padding, and with `causal` what is later. */
function hiddenSteps(
  [rows, , steps, valueSteps]: ScoreShape,
  causal: boolean,
  mask: MaybeMask,
): tf.Tensor | undefined {
  const padding =
    mask && tf.mul(tf.reshape(tf.sub(1, maskTensor(mask)), [rows, 1, 1, valueSteps]), UNSEEN);
  if (!causal) return padding;
  const later = Float32Array.from({ length: steps * valueSteps }, (_, at) =>
    at % valueSteps > Math.floor(at / valueSteps) ? UNSEEN : 0,
  );
  const future = tf.tensor4d(later, [1, 1, steps, valueSteps]);
  return padding ? tf.minimum(padding, future) : future;
}
