/** Many rows to texts, a batch at a time. */
import { setImmediate } from 'node:timers/promises';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Network } from '../network.ts';
import { searchBeams, type BeamOptions, type WrittenText } from './beam-search.ts';
import { TextWriter } from './text-writer.ts';

export interface WritingJob {
  /** One that writes a text; the caller's. */
  readonly network: Network;
  /** `[rows, width]`; what stands in the place of the target is not looked at. */
  readonly x: Float32Array;
  readonly rows: number;
  readonly options: Omit<BeamOptions, 'length'>;
  /** Called before each batch; what it throws ends the work. */
  readonly onBatch: () => void;
}

const MAX_BATCH = 512;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

/** @returns one text a row, whatever rows stand beside it. */
export async function writeTexts(job: WritingJob): Promise<WrittenText[]> {
  const { network, x, rows, options, onBatch } = job;
  const { labelShape: [length = 0] = [], inputShape } = network.architecture;
  const width = productOf(inputShape);
  const writer = new TextWriter(network);
  const batch = batchRows(network, options.beam);
  const texts: WrittenText[] = [];
  for (let start = 0; start < rows; start += batch) {
    onBatch();
    const end = Math.min(rows, start + batch);
    const read = writer.read(x.subarray(start * width, end * width), end - start);
    try {
      const ask = read.next.bind(read);
      texts.push(...searchBeams(end - start, ask, { ...options, length }));
    } finally {
      read.dispose();
    }
    // Lets heartbeats and cancellations through between batches.
    await setImmediate();
  }
  return texts;
}

function batchRows({ shapes, architecture }: Network, beam: number): number {
  const sizes = shapes.map(({ activations }) => activations);
  const largest = beam * Math.max(productOf(architecture.inputShape), ...sizes);
  return Math.max(1, Math.min(MAX_BATCH, Math.floor(MAX_BATCH_VALUES / largest)));
}
