/** Softmax cross-entropy, as a tensor with its own gradient and as plain numbers. */
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

export interface RowScores {
  /** Sum of the rows' cross-entropies, in nats. */
  readonly lossSum: number;
  /** Rows whose likeliest class (the first of equals) is the true one. */
  readonly correct: number;
}

/**
 * @param logits  `[rows, classes]`.
 * @param labels  `[rows]`, class indices.
 */
export function scoreRows(logits: Float32Array, labels: Int32Array): RowScores {
  const classes = logits.length / labels.length;
  let lossSum = 0;
  let correct = 0;
  labels.forEach((label, row) => {
    const z = logits.subarray(row * classes, (row + 1) * classes);
    let best = 0;
    for (let k = 1; k < classes; k += 1) if ((z[k] as number) > (z[best] as number)) best = k;
    const largest = z[best] as number;
    let sum = 0;
    for (let k = 0; k < classes; k += 1) sum += Math.exp((z[k] as number) - largest);
    lossSum += Math.log(sum) + largest - (z[label] as number);
    if (best === label) correct += 1;
  });
  return { lossSum, correct };
}
