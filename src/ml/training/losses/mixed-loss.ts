/** A weighted sum of losses over softmax probabilities, with its own gradient. */
import * as tf from '@tensorflow/tfjs';
import type { Loss, Probabilities } from './loss.ts';

export interface WeightedLoss {
  readonly loss: Loss;
  readonly weight: number;
}

export interface LossInput {
  /** `[rows, classes]`. */
  readonly logits: tf.Tensor2D;
  /** `[rows, classes]`, each row a distribution. */
  readonly targets: tf.Tensor2D;
  /** `[rows]`: what each row's loss is multiplied by; `null` for 1. */
  readonly rowWeights: tf.Tensor1D | null;
}

/**
 * (1/n) Σᵢ rᵢ Σⱼ wⱼ Lⱼ(softmax(zᵢ), tᵢ); the sum is divided by the number of rows, whatever they
 * weigh, as Keras has it.
 *
 * With u = Σⱼ wⱼ ∂Lⱼ/∂log p the gradient by a row's logits is u − p Σₖ uₖ, because
 * ∂log pₖ/∂zₗ = [k = l] − pₗ.
 *
 * @returns a scalar; the caller disposes.
 */
export function mixedLoss(
  { logits, targets, rowWeights }: LossInput,
  terms: readonly WeightedLoss[],
): tf.Scalar {
  const rows = logits.shape[0];
  const sumOf = <T extends tf.Tensor>(part: (loss: Loss) => T): T =>
    tf.addN(terms.map(({ loss, weight }) => tf.mul<T>(part(loss), weight)));
  const total = tf.customGrad((z, save) => {
    const log = tf.logSoftmax(z as tf.Tensor2D);
    (save as tf.GradSaveFunc)([log]);
    const probabilities: Probabilities = { log, p: tf.exp(log) };
    const losses = sumOf((loss) => loss.value(probabilities, targets));
    const value = tf.div(tf.sum(rowWeights ? tf.mul(losses, rowWeights) : losses), rows);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => {
      const again: Probabilities = { log: saved as tf.Tensor2D, p: tf.exp(saved as tf.Tensor2D) };
      const slope = sumOf((loss) => loss.slope(again, targets));
      const byLogits = tf.sub(slope, tf.mul(again.p, tf.sum(slope, 1, true)));
      const weighted = rowWeights ? tf.mul(byLogits, tf.reshape(rowWeights, [-1, 1])) : byLogits;
      return tf.mul(weighted, tf.div(dy, rows));
    };
    return { value, gradFunc };
  });
  return total(logits) as tf.Scalar;
}
