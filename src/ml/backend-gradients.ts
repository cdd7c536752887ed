/** Gradients that the backends lack, compute slowly or get wrong. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from './backend.ts';
import { registerNativeKernels } from './native-kernels.ts';
import { maxPoolGradient } from './pool-gradient.ts';

/** Idempotent; called once the backend is active. */
export function registerFastGradients(name: BackendName): void {
  if (name === 'tensorflow') {
    registerNativeReluGradient();
    registerNativeKernels();
  }
  if (name === 'wasm') {
    registerComposedFilterGradient();
    registerMaxPoolGradient();
  }
}

interface NativeBackend {
  executeSingleOutput(name: string, attributes: unknown[], inputs: tf.TensorInfo[]): tf.TensorInfo;
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
}

const RELU_GRAD = 'ReluGrad';

/**
 * tfjs' gradient of Relu multiplies with a Step composed of five operations; TensorFlow has the
 * one operation ReluGrad, dy·[y > 0].
 */
function registerNativeReluGradient(): void {
  tf.registerKernel({
    kernelName: RELU_GRAD,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const native = backend as unknown as NativeBackend;
      const { TF_ATTR_TYPE, TF_FLOAT } = native.binding;
      const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
      const { dy, y } = inputs as unknown as { dy: tf.TensorInfo; y: tf.TensorInfo };
      return native.executeSingleOutput(RELU_GRAD, attributes, [dy, y]);
    },
  });
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
