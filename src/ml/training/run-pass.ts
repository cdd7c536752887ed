/** One batch through the network and back. */
import * as tf from '@tensorflow/tfjs';
import type { TrainingMode } from '../architectures/layer-call.ts';
import type { EpochRecord } from '../model.ts';
import type { Network } from '../network.ts';
import type { TrainingObjective } from './objective.ts';
import type { Rows } from './rows.ts';

export interface Pass {
  readonly network: Network;
  readonly batch: Rows;
  readonly objective: TrainingObjective;
  /** Of the epochs before. */
  readonly history: readonly EpochRecord[];
  readonly training: TrainingMode;
}

export interface PassResult {
  /** Of the mean loss by the parameters, `[trainable values]`; the caller disposes. */
  readonly gradient: tf.Tensor1D;
  /** `[rows, classes]`. */
  readonly logits: Float32Array;
}

/** Call inside `tf.tidy`. */
export function runPass({ network, batch, objective, history, training }: Pass): PassResult {
  const { inputShape } = network.architecture;
  const x = tf.tensor(batch.x, [batch.count, ...inputShape]);
  const lossOf = objective.of(batch.y, history);
  // Outside of the tape: what is frozen gets no gradient, and none is computed for what it reads.
  const frozen = training.frozen?.size ? network.weightTensors() : [];
  let logits: Float32Array | undefined;
  const loss = (values: tf.Tensor): tf.Scalar => {
    const output = network.trainingLogits(values as tf.Tensor1D, x, {
      ...training,
      frozenWeights: frozen.map(({ tensor }) => tensor),
    });
    logits = output.dataSync<'float32'>();
    return lossOf(output);
  };
  const { grad } = tf.valueAndGrad(loss)(network.parameters);
  return { gradient: grad as tf.Tensor1D, logits: logits as Float32Array };
}
