import * as tf from '@tensorflow/tfjs';
import type { Convolution1dBody, Convolution2dBody } from '../../../layers/layer-spec.ts';
import { activate } from '../activations.ts';
import type { LayerCall } from '../layer-call.ts';
import { addBias } from './add-bias.ts';

/** Without a bias where none is given: see `findPooledConvolutions`. */
export function convolve2d({ layer, x, weights }: LayerCall<Convolution2dBody>): tf.Tensor {
  const [kernel, bias] = weights as [tf.Tensor4D, tf.Tensor1D | undefined];
  const { strides, padding, activation } = layer;
  const convolved = tf.conv2d(x as tf.Tensor4D, kernel, strides, padding);
  return activate(bias ? addBias(convolved, bias) : convolved, activation);
}

/** As a picture of height 1; kernel `[kernelSize, channels, filters]`. */
export function convolve1d({ layer, x, weights }: LayerCall<Convolution1dBody>): tf.Tensor {
  const [kernel, bias] = weights as [tf.Tensor3D, tf.Tensor1D];
  const { strides, padding, activation, kernelSize } = layer;
  const isCausal = padding === 'causal';
  const steps = isCausal ? tf.pad(x, [[0, 0], [kernelSize - 1, 0], [0, 0]]) : x; // prettier-ignore
  const convolved = tf.conv2d(
    tf.expandDims<tf.Tensor4D>(steps, 1),
    tf.expandDims<tf.Tensor4D>(kernel, 0),
    [1, strides],
    isCausal ? 'valid' : padding,
  );
  return activate(addBias(tf.squeeze(convolved, [1]), bias), activation);
}
