/** How well a network does on held-out rows. */
import * as tf from '@tensorflow/tfjs';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Network } from '../network.ts';
import type { RowSource } from './rows.ts';
import { addScores, NO_SCORES, type Scores } from './scores.ts';
import { readValues } from '../read-values.ts';

const MAX_BATCH = 1024;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

export interface Evaluation {
  readonly network: Network;
  readonly source: RowSource;
  readonly score: (logits: Float32Array, labels: Int32Array) => Scores;
}

export async function evaluate({ network, source, score }: Evaluation): Promise<Scores> {
  const { inputShape } = network.architecture;
  const sizes = network.shapes.map(({ outputShape }) => productOf(outputShape));
  const fitting = Math.floor(MAX_BATCH_VALUES / Math.max(source.width, ...sizes));
  const batch = Math.max(1, Math.min(MAX_BATCH, fitting));
  let scores = NO_SCORES;
  for (let start = 0; start < source.count; start += batch) {
    const end = Math.min(start + batch, source.count);
    const { x, y } = await source.read({ start, end });
    const logits = readValues(() => network.logits(tf.tensor(x, [end - start, ...inputShape])));
    scores = addScores(scores, score(logits, y));
  }
  return scores;
}
