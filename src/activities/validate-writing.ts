/** How often a trained network writes the very text, on rows that it was not trained on. */
import type { LoadedInput } from './load-training.ts';
import type { Network } from '../ml/network.ts';
import type { StepContext } from './step.ts';
import { isExact, referencesOf, writeRows } from './write-rows.ts';
import { GREEDY } from './writer-on-data.ts';

/** To write takes longer than to read; of more rows as many are taken, evenly spread. */
const MOST_ROWS = 2000;

/** @returns the share of the validation rows, 0 to 1; `null` without any. */
export async function validateWriting(
  network: Network,
  { manifest, validation }: LoadedInput,
  context: StepContext,
): Promise<number | null> {
  const { targetEncoder: encoder } = manifest;
  if (!validation || !encoder) return null;
  const rows = Math.min(validation.count, MOST_ROWS);
  const x = new Float32Array(rows * validation.width);
  const labels = new Int32Array(rows * encoder.length);
  for (let index = 0; index < rows; index += 1) {
    const start = Math.floor((index * validation.count) / rows);
    const row = await validation.read({ start, end: start + 1 });
    x.set(row.x, index * validation.width);
    labels.set(row.y, index * encoder.length);
  }
  const answers = await writeRows({ network, encoder, rows, x, decoding: GREEDY }, context);
  const references = referencesOf(encoder, labels);
  const exact = references.filter((reference, row) => {
    const answer = answers[row];
    return answer !== undefined && isExact(answer.written, reference);
  });
  return exact.length / rows;
}
