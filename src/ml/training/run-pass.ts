/** One batch through the network and back. */
import * as tf from '@tensorflow/tfjs';
import type { TrainingMode } from '../architectures/apply-layer.ts';
import type { Network } from '../network.ts';
import { softmaxCrossEntropy } from './cross-entropy.ts';
import { oneHot, type Rows } from './rows.ts';

export interface Pass {
  readonly network: Network;
  readonly batch: Rows;
  readonly training: TrainingMode;
}

export interface PassResult {
  /** Of the mean loss by the parameters, `[trainable values]`; the caller disposes. */
  readonly gradient: tf.Tensor1D;
  /** `[rows, classes]`. */
  readonly logits: Float32Array;
}

/** Call inside `tf.tidy`. */
export function runPass({ network, batch, training }: Pass): PassResult {
  const { inputShape, classes } = network.architecture;
  const x = tf.tensor(batch.x, [batch.count, ...inputShape]);
  const targets = tf.tensor2d(oneHot(batch.y, classes), [batch.count, classes]);
  let logits: Float32Array | undefined;
  const loss = (values: tf.Tensor): tf.Scalar => {
    const output = network.trainingLogits(values as tf.Tensor1D, x, training);
    logits = output.dataSync<'float32'>();
    return softmaxCrossEntropy(output, targets);
  };
  const { grad } = tf.valueAndGrad(loss)(network.parameters);
  return { gradient: grad as tf.Tensor1D, logits: logits as Float32Array };
}
