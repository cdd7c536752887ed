/** Rows through a network in batches whose size does not show in the bits. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../errors.ts';
import { productOf } from './architectures/infer-shapes.ts';
import type { Network } from './network.ts';
import { readValues } from './read-values.ts';

const MAX_BATCH = 4096;
/**
 * Kernels take rows in packets and the rest one by one, which rounds otherwise. Whole packets give
 * a row the same bits whoever stands beside it: in a part, in a file, alone in a request.
 */
const PACKET_ROWS = 8;
/** Values of the largest activation of a batch: 64 MB. */
const MAX_BATCH_VALUES = 2 ** 24;

export interface BatchedRun {
  readonly network: Network;
  /** From `[rows, ...inputShape]` to `[rows, width]`. */
  readonly compute: (x: tf.Tensor) => tf.Tensor2D;
  /** `[rows, ...inputShape]`, row after row. */
  readonly x: Float32Array;
  readonly rows: number;
}

/**
 * @returns `[rows, width]`.
 * @throws PipelineError `SHAPE_MISMATCH` if `x` has another number of values.
 */
export async function runInBatches({ network, compute, x, rows }: BatchedRun) {
  const { inputShape } = network.architecture;
  const width = productOf(inputShape);
  requireRows(x, { rows, width });
  const outputs = productOf(network.shapes.at(-1)?.outputShape ?? []);
  const all = new Float32Array(rows * outputs);
  const batch = batchRows(network);
  for (let start = 0; start < rows; start += batch) {
    const end = Math.min(start + batch, rows);
    const some = fillPackets(x.subarray(start * width, end * width), width);
    const values = readValues(() => compute(tf.tensor(some, [some.length / width, ...inputShape])));
    all.set(values.subarray(0, (end - start) * outputs), start * outputs);
    // Lets heartbeats and cancellations through between batches.
    await setImmediate();
  }
  return all;
}

function batchRows({ architecture, shapes }: Network): number {
  const sizes = shapes.map(({ activations }) => activations);
  const largest = Math.max(productOf(architecture.inputShape), ...sizes);
  const rows = Math.min(MAX_BATCH, Math.floor(MAX_BATCH_VALUES / largest));
  return Math.max(PACKET_ROWS, rows - (rows % PACKET_ROWS));
}

/** With rows of zeros at the end. */
function fillPackets(x: Float32Array, width: number): Float32Array {
  const rows = x.length / width;
  const packed = Math.ceil(rows / PACKET_ROWS) * PACKET_ROWS;
  if (packed === rows) return x;
  const filled = new Float32Array(packed * width);
  filled.set(x);
  return filled;
}

function requireRows(x: Float32Array, { rows, width }: { rows: number; width: number }): void {
  if (x.length === rows * width) return;
  throw new PipelineError(
    'SHAPE_MISMATCH',
    `${rows} rows of ${width} values need ${rows * width} values, got ${x.length}`,
  );
}
