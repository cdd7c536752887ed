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
  const { seed, step } = training;
  const random = new CounterRandom({ seed, stream: `dropout:${index}`, step });
  const threshold = rate * 2 ** 32;
  const scale = 1 / (1 - rate);
  const mask = new Float32Array(x.size);
  for (let at = 0; at < mask.length; at += 1) {
    mask[at] = random.uint32() < threshold ? 0 : scale;
  }
  return tf.mul(x, tf.tensor(mask, x.shape));
}
