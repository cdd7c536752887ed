/** Softmax cross-entropy, with its own gradient. */
import * as tf from '@tensorflow/tfjs';

/**
 * −(1/n) Σᵢ Σₖ tᵢₖ log softmax(zᵢ)ₖ in nats.
 *
 * Its gradient by the logits is (softmax(z) − t)/n, exact where going through the logarithm
 * of a softmax would underflow.
 *
 * @param logits   `[rows, classes]`.
 * @param targets  `[rows, classes]`, each row a distribution.
 * @returns a scalar; the caller disposes.
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const rows = logits.shape[0];
  const loss = tf.customGrad((z, save) => {
    const logProbabilities = tf.logSoftmax(z as tf.Tensor2D);
    (save as tf.GradSaveFunc)([logProbabilities]);
    const value = tf.div(tf.neg(tf.sum(tf.mul(logProbabilities, targets))), rows);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
        tf.mul(tf.sub(tf.exp(saved as tf.Tensor), targets), tf.div(dy, rows)),
    };
  });
  return loss(logits) as tf.Scalar;
}
