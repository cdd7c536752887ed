/** Loss and accuracy of a network on held-out rows. */
import * as tf from '@tensorflow/tfjs';
import { productOf } from '../architectures/infer-shapes.ts';
import { ignoredLabel } from './ignored-label.ts';
import type { Network } from '../network.ts';
import { addScores, NO_SCORES, scoreRows, summarise, type ScoreSummary } from './scores.ts';
import type { RowSource } from './rows.ts';

const MAX_BATCH = 1024;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

export async function evaluate(network: Network, source: RowSource): Promise<ScoreSummary> {
  const { inputShape, classes } = network.architecture;
  const ignored = ignoredLabel(network.architecture);
  const sizes = network.shapes.map(({ outputShape }) => productOf(outputShape));
  const fitting = Math.floor(MAX_BATCH_VALUES / Math.max(source.width, ...sizes));
  const batch = Math.max(1, Math.min(MAX_BATCH, fitting));
  let scores = NO_SCORES;
  for (let start = 0; start < source.count; start += batch) {
    const end = Math.min(start + batch, source.count);
    const { x, y } = await source.read({ start, end });
    const logits = tf.tidy(() =>
      network.logits(tf.tensor(x, [end - start, ...inputShape])).dataSync<'float32'>(),
    );
    scores = addScores(scores, scoreRows(logits, y, { classes, ignored }));
  }
  return summarise(scores);
}
