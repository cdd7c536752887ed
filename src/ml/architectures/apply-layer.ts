/** The forward computation of each layer type, as a function of its inputs and weights. */
import * as tf from '@tensorflow/tfjs';
import { activate } from './activations.ts';
import type { LayerCall } from './layer-call.ts';
import { attend } from './layers/attend.ts';
import { addPositions } from './layers/add-positions.ts';
import { convolve1d, convolve2d } from './layers/convolve.ts';
import { applyDense } from './layers/apply-dense.ts';
import { drop } from './layers/drop.ts';
import { embed } from './layers/embed.ts';
import { normalizeBatch, normalizeLayer } from './layers/normalize.ts';
import { averageSteps, largestOfSteps, pool1d } from './layers/pool-steps.ts';
import { applyBidirectional, applyRecurrent } from './recurrent/apply-recurrent.ts';

/** @returns `[rows, ...outputShape]`; may be an input itself. Call inside `tf.tidy`. */
export function applyLayer(call: LayerCall): tf.Tensor {
  const { layer, x, inputs } = call;
  switch (layer.type) {
    case 'dense':
      return applyDense({ ...call, layer });
    case 'conv2d':
      return convolve2d({ ...call, layer });
    case 'conv1d':
      return convolve1d({ ...call, layer });
    case 'maxPooling2d':
      return tf.maxPool(x as tf.Tensor4D, layer.poolSize, layer.poolSize, 'valid');
    case 'averagePooling2d':
      return tf.avgPool(x as tf.Tensor4D, layer.poolSize, layer.poolSize, 'valid');
    case 'maxPooling1d':
      return pool1d(x as tf.Tensor3D, layer.poolSize, tf.maxPool);
    case 'averagePooling1d':
      return pool1d(x as tf.Tensor3D, layer.poolSize, tf.avgPool);
    case 'globalAveragePooling2d':
      return tf.mean(x, [1, 2]);
    case 'globalAveragePooling1d':
      return averageSteps(x as tf.Tensor3D, call.masks[0]);
    case 'globalMaxPooling1d':
      return largestOfSteps(x as tf.Tensor3D, call.masks[0]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'reshape':
      return tf.reshape(x, [x.shape[0], ...layer.shape]);
    case 'activation':
      return activate(x, layer.activation);
    case 'dropout':
      return drop(call, layer.rate);
    case 'batchNormalization':
      return normalizeBatch({ ...call, layer });
    case 'layerNormalization':
      return normalizeLayer({ ...call, layer });
    case 'embedding':
      return embed({ ...call, layer });
    case 'positionalEncoding':
      return addPositions({ ...call, layer });
    case 'multiHeadAttention':
      return attend({ ...call, layer });
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      return applyRecurrent({ ...call, layer });
    case 'bidirectional':
      return applyBidirectional({ ...call, layer });
    case 'add':
      return inputs.reduce((sum, input) => tf.add(sum, input));
    case 'multiply':
      return inputs.reduce((product, input) => tf.mul(product, input));
    case 'concatenate':
      return tf.concat([...inputs], -1);
  }
}
