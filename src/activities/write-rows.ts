/** What the steps that let a model write texts have in common. */
import { readLabels, readTokens, type ReadTarget } from '../data/read-target.ts';
import type { TextEncoder } from '../data/dataset.ts';
import type { BeamOptions } from '../ml/decoding/beam-search.ts';
import { writeTexts } from '../ml/decoding/write-texts.ts';
import type { Network } from '../ml/network.ts';
import type { StepContext } from './step.ts';

export type Decoding = Omit<BeamOptions, 'length'>;

export interface RowsToWrite {
  readonly network: Network;
  readonly encoder: TextEncoder;
  readonly rows: number;
  /** `[rows, width]`. */
  readonly x: Float32Array;
  readonly decoding: Decoding;
}

export interface Answer {
  readonly written: ReadTarget;
  /** Probability of the text, its end included: 0 to 1. */
  readonly confidence: number;
}

/** Texts of all rows, with heartbeats; throws to stop a cancelled run. */
export async function writeRows(
  { network, encoder, rows, x, decoding }: RowsToWrite,
  context: Pick<StepContext, 'signal' | 'heartbeat'>,
): Promise<Answer[]> {
  const texts = await writeTexts({
    ...{ network, x, rows, options: decoding },
    onBatch: () => {
      context.signal.throwIfAborted();
      context.heartbeat();
    },
  });
  return texts.map(({ tokens, isEnded, logProbability }) => ({
    written: readTokens(encoder, tokens, isEnded),
    confidence: Math.exp(logProbability),
  }));
}

/** @param labels  `[rows, length]`. */
export function referencesOf(encoder: TextEncoder, labels: Int32Array): ReadTarget[] {
  const { length } = encoder;
  return Array.from({ length: labels.length / length }, (_, row) =>
    readLabels(encoder, labels.subarray(row * length, (row + 1) * length)),
  );
}

/** Whether the very text was written, to its end. */
export const isExact = (written: ReadTarget, reference: ReadTarget): boolean =>
  reference.isWhole && written.isWhole && written.text === reference.text;
