/** One batch through the network and back. */
import * as tf from '@tensorflow/tfjs';
import type { EpochRecord } from '../model.ts';
import type { Network, NetworkWeights, TrainingPass } from '../network.ts';
import type { Feeds } from '../recording/feeds.ts';
import type { TrainingObjective } from './objective.ts';

export interface PassSettings {
  readonly network: Network;
  readonly objective: TrainingObjective;
  readonly seed: number;
}

export interface PassCall extends PassSettings {
  readonly weights: NetworkWeights;
  /** Indices of layers that are not trained. */
  readonly frozen: ReadonlySet<number> | undefined;
  /** Of the epochs before. */
  readonly history: readonly EpochRecord[];
  readonly feeds: Feeds;
}

export interface PassTensors extends TrainingPass {
  /** Of the mean loss by the parameters, `[trainable values]`. */
  readonly gradient: tf.Tensor1D;
}

/**
 * Changes nothing, so that it can be recorded. Call inside `tf.tidy`.
 *
 * @returns tensors, of which the caller disposes the logits and the statistics.
 */
export function computePass(call: PassCall): PassTensors {
  const { network, objective, seed, weights, frozen, history, feeds } = call;
  const { rows, labels, step } = feeds.pass;
  const x = feeds.tensor([rows, ...network.architecture.inputShape], (pass) => pass.x);
  const lossOf = objective.of(labels, { history, feeds });
  // Outside of the tape: what is frozen gets no gradient, and none is computed for what it reads.
  const frozenWeights = frozen?.size ? network.split(weights) : [];
  const training = { seed, step, frozen, frozenWeights, feeds };
  let made: TrainingPass | undefined;
  const loss = (values: tf.Tensor): tf.Scalar => {
    const own = { ...weights, parameters: values as tf.Tensor1D };
    made = network.trainingPass(own, x, training);
    // The tape is a scope of its own.
    tf.keep(made.logits);
    if (made.statistics) tf.keep(made.statistics);
    return lossOf(made.logits);
  };
  const { grad } = tf.valueAndGrad(loss)(weights.parameters);
  return { ...(made as TrainingPass), gradient: grad as tf.Tensor1D };
}
