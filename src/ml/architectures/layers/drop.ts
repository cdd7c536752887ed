import * as tf from '@tensorflow/tfjs';
import { CounterRandom } from '../../random.ts';
import type { LayerCall } from '../layer-call.ts';

/**
 * Inverted dropout. The mask is a function of seed, layer and step, so that a resumed run drops
 * what the undisturbed one did.
 *
 * @see Srivastava et al. 2014, "Dropout", JMLR 15
 */
export function drop({ x, index, training }: LayerCall, rate: number): tf.Tensor {
  if (!training || rate === 0) return x;
  const { seed, step, feeds } = training;
  const maskAt = (at: number): Float32Array =>
    drawMask({ seed, stream: `dropout:${index}`, step: at }, { size: x.size, rate });
  const mask = feeds
    ? feeds.tensor(x.shape, (pass) => maskAt(pass.step))
    : tf.tensor(maskAt(step), x.shape);
  return tf.mul(x, mask);
}

function drawMask(
  key: { readonly seed: number; readonly stream: string; readonly step: number },
  { size, rate }: { readonly size: number; readonly rate: number },
): Float32Array {
  const random = new CounterRandom(key);
  const threshold = rate * 2 ** 32;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let at = 0; at < size; at += 1) mask[at] = random.uint32() < threshold ? 0 : scale;
  return mask;
}
