/** Loss and accuracy of a network on held-out rows. */
import * as tf from '@tensorflow/tfjs';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Network } from '../network.ts';
import { scoreRows } from './cross-entropy.ts';
import type { Rows } from './rows.ts';

const MAX_BATCH = 1024;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

/** @returns mean cross-entropy in nats, and the share of rows that are right. */
export function evaluate(network: Network, rows: Rows): { loss: number; accuracy: number } {
  const { inputShape } = network.architecture;
  const sizes = network.shapes.map(({ outputShape }) => productOf(outputShape));
  const fitting = Math.floor(MAX_BATCH_VALUES / Math.max(rows.width, ...sizes));
  const batch = Math.max(1, Math.min(MAX_BATCH, fitting));
  let lossSum = 0;
  let correct = 0;
  for (let start = 0; start < rows.count; start += batch) {
    const end = Math.min(start + batch, rows.count);
    const x = rows.x.subarray(start * rows.width, end * rows.width);
    const logits = tf.tidy(() =>
      network.logits(tf.tensor(x, [end - start, ...inputShape])).dataSync<'float32'>(),
    );
    const scores = scoreRows(logits, rows.y.subarray(start, end));
    lossSum += scores.lossSum;
    correct += scores.correct;
  }
  return { loss: lossSum / rows.count, accuracy: correct / rows.count };
}
