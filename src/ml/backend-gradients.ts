/** Gradients that the backends lack, compute slowly or get wrong. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from './backend.ts';
import { BIAS_ADD, BIAS_ADD_GRADIENT, RELU_GRAD, registerNativeKernels } from './native-kernels.ts';
import { maxPoolGradient } from './pool-gradient.ts';

/** Idempotent; called once the backend is active. */
export function registerFastGradients(name: BackendName): void {
  if (name === 'tensorflow') {
    registerNativeKernels();
    registerNativeReluGradient();
    registerBiasGradient();
  }
  if (name === 'wasm') {
    registerComposedFilterGradient();
    registerMaxPoolGradient();
  }
}

/**
 * tfjs' gradient of Relu multiplies with a Step composed of five operations; TensorFlow has the
 * one operation ReluGrad, dy·[y > 0].
 */
function registerNativeReluGradient(): void {
  // The gradient is registered for all backends; only the native one has the operation.
  const reluGradient = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    tf.getBackend() === 'tensorflow'
      ? tf.engine().runKernel(RELU_GRAD, { dy, y })
      : tf.mul(dy, tf.cast(tf.step(y), 'float32'));
  tf.registerGradient({
    kernelName: tf.Relu,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => reluGradient(dy as tf.Tensor, y as tf.Tensor) }),
  });
  // Piecewise linear: the derivative by y is 0 almost everywhere.
  tf.registerGradient({
    kernelName: RELU_GRAD,
    inputsToSave: ['y'],
    gradFunc: (dy, [y]) => ({
      dy: () => reluGradient(dy as tf.Tensor, y as tf.Tensor),
      y: () => tf.zerosLike(y as tf.Tensor),
    }),
  });
}

/** The sum over all axes but the last, as TensorFlow's own operation. */
function registerBiasGradient(): void {
  tf.registerGradient({
    kernelName: BIAS_ADD,
    gradFunc: (dy) => ({
      x: () => dy as tf.Tensor,
      bias: () => tf.engine().runKernel(BIAS_ADD_GRADIENT, { dy: dy as tf.Tensor }),
    }),
  });
}

/**
 * The wasm backend has no Conv2DBackpropFilter. The filter's gradient is itself a convolution:
 * of x with its channels as batch, by dy as a filter dilated by the strides.
 */
function registerComposedFilterGradient(): void {
  if (tf.getKernel(tf.Conv2DBackpropFilter, 'wasm')) return;
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      return composeFilterGradient(x, dy, attrs as unknown as tf.Conv2DBackpropFilterAttrs);
    },
  });
}

function registerMaxPoolGradient(): void {
  tf.unregisterKernel(tf.MaxPoolGrad, 'wasm');
  tf.registerKernel({
    kernelName: tf.MaxPoolGrad,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      maxPoolGradient(
        inputs as unknown as Parameters<typeof maxPoolGradient>[0],
        attrs as unknown as tf.MaxPoolGradAttrs,
      ),
  });
}

/**
 * @param x   `[rows, height, width, inChannels]`.
 * @param dy  `[rows, outHeight, outWidth, outChannels]`.
 * @returns `[kernelHeight, kernelWidth, inChannels, outChannels]`.
 */
export function composeFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  attributes: tf.Conv2DBackpropFilterAttrs,
): tf.Tensor4D {
  const { strides, pad, dimRoundingMode, filterShape } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    [...x.shape], filterShape, strides, 1, pad, dimRoundingMode,
  ); // prettier-ignore
  const { top, bottom, left, right } = info.padInfo;
  const [kernelHeight, kernelWidth, inChannels, outChannels] = filterShape;
  return tf.tidy(() => {
    const padded = tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
    const input = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0]);
    const filter = tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]);
    const dilations: [number, number] = [info.strideHeight, info.strideWidth];
    // [inChannels, ≥ kernelHeight, ≥ kernelWidth, outChannels]; strides may leave a remainder.
    const gradient = tf.conv2d(input, filter, 1, 'valid', 'NHWC', dilations);
    const size = [inChannels, kernelHeight, kernelWidth, outChannels];
    return tf.transpose<tf.Tensor4D>(tf.slice(gradient, [0, 0, 0, 0], size), [1, 2, 0, 3]);
  });
}
