/** How the loss of a row changes with each of its values. */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../../classifier.ts';

/** `[rows, values]` of Σ −ln p(label) by the row's values. */
export type LossGradient = (x: Float32Array, labels: ArrayLike<number>) => Promise<Float32Array>;

/** Below it a probability's logarithm says no more. */
const LEAST = 1e-12;

/** @throws PipelineError `MODEL_UNSUPPORTED` of a model that gives answers alone. */
export function lossGradientOf(classifier: Classifier): LossGradient {
  const classes = classifier.classes.length;
  return async (x, labels) => {
    const rows = labels.length;
    const gradient = tf.tidy(() => {
      const truth = tf.oneHot(tf.tensor1d(Array.from(labels), 'int32'), classes);
      const loss = (input: tf.Tensor) =>
        classifier
          .probabilities(input)
          .mul<tf.Tensor2D>(truth)
          .sum(1)
          .clipByValue(LEAST, 1)
          .log()
          .neg()
          .sum<tf.Scalar>();
      return tf.grad(loss)(tf.tensor(x, [rows, ...classifier.inputShape]));
    });
    try {
      return await gradient.data<'float32'>();
    } finally {
      gradient.dispose();
    }
  };
}
