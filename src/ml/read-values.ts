import * as tf from '@tensorflow/tfjs';

/**
 * The values of a tensor that is computed on the spot; all tensors made for it are disposed.
 *
 * `tf.tidy` looks for tensors in what it is given back, in a typed array at every value by its name:
 * that took longer than a small network. So nothing is given back to it.
 */
export function readValues(compute: () => tf.Tensor): Float32Array {
  let values = new Float32Array();
  tf.tidy(() => {
    values = compute().dataSync<'float32'>() as Float32Array<ArrayBuffer>;
  });
  return values;
}
