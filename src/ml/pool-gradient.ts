/**
 * The gradient of max-pooling for the wasm backend, whose own one loses every window without a
 * positive value.
 */
import * as tf from '@tensorflow/tfjs';

interface MaxPoolGradInputs {
  readonly dy: tf.Tensor4D;
  readonly input: tf.Tensor4D;
}

/**
 * Gives each dy to the first largest value of its window.
 *
 * @param inputs  `[rows, height, width, channels]`.
 * @returns as `input`.
 */
export function maxPoolGradient(
  { dy, input }: MaxPoolGradInputs,
  { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolGradAttrs,
): tf.Tensor4D {
  const info = tf.backend_util.computePool2DInfo(
    input.shape, filterSize, strides, 1, pad, dimRoundingMode,
  ); // prettier-ignore
  const x = input.dataSync<'float32'>();
  const gradient = dy.dataSync<'float32'>();
  const result = new Float32Array(x.length);
  const { outHeight, outWidth, inChannels } = info;
  for (let at = 0; at < gradient.length; at += 1) {
    const channel = at % inChannels;
    const column = Math.floor(at / inChannels) % outWidth;
    const row = Math.floor(at / (inChannels * outWidth)) % outHeight;
    const picture = Math.floor(at / (inChannels * outWidth * outHeight));
    const largest = largestOfWindow(x, info, { picture, row, column, channel });
    result[largest] = (result[largest] as number) + (gradient[at] as number);
  }
  return tf.tensor4d(result, input.shape);
}

interface Window {
  readonly picture: number;
  /** Of the output. */
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** @returns the index into `x`. */
function largestOfWindow(
  x: Float32Array,
  info: tf.backend_util.Conv2DInfo,
  { picture, row, column, channel }: Window,
): number {
  const top = row * info.strideHeight - info.padInfo.top;
  const left = column * info.strideWidth - info.padInfo.left;
  const bottom = Math.min(top + info.filterHeight, info.inHeight);
  const right = Math.min(left + info.filterWidth, info.inWidth);
  let best = -1;
  for (let y = Math.max(top, 0); y < bottom; y += 1) {
    for (let z = Math.max(left, 0); z < right; z += 1) {
      const at = ((picture * info.inHeight + y) * info.inWidth + z) * info.inChannels + channel;
      if (best === -1 || (x[at] as number) > (x[best] as number)) best = at;
    }
  }
  return best;
}
