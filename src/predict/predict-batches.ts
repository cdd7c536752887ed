/** Batches of encoded rows to batches of predictions, in order. */
import type { EncodedBatch } from '../data/incoming/read-batches.ts';
import { PipelineError } from '../errors.ts';

export interface PredictedBatch {
  /** `[rows]`, as in the batch. */
  readonly numbers: readonly number[];
  /** `[rows, classes]`. */
  readonly probabilities: Float32Array;
}

/** `[rows, width]` to `[rows, classes]`. */
export type Ask = (x: Float32Array, rows: number) => Promise<Float32Array>;

/**
 * Asks for one batch while the next is read, and no further ahead.
 *
 * @throws PipelineError `MODEL_INVALID` for a probability that is not finite, and what reading and
 * asking throw.
 */
export async function* predictBatches(
  batches: AsyncIterable<EncodedBatch>,
  ask: Ask,
): AsyncGenerator<PredictedBatch> {
  let pending: Promise<PredictedBatch> | null = null;
  for await (const batch of batches) {
    const next = predictOne(batch, ask);
    // Its error is thrown where it is awaited, one batch later.
    next.catch(() => undefined);
    if (pending) yield await pending;
    pending = next;
  }
  if (pending) yield await pending;
}

async function predictOne({ x, rows, numbers }: EncodedBatch, ask: Ask): Promise<PredictedBatch> {
  const probabilities = await ask(x, rows);
  const broken = probabilities.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return { numbers, probabilities };
  const row = numbers[Math.floor(broken / (probabilities.length / rows))];
  throw new PipelineError(
    'MODEL_INVALID',
    `the model gives ${probabilities[broken]} for row ${row} (from 0)`,
    { remedy: 'train it again, with a lower learning rate', details: { row } },
  );
}
