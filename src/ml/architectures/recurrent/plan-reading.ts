/**
 * In which order the steps of each row are read where some are padding. Cells know nothing of
 * padding: the steps that are there are moved to the front, and each output is taken from the
 * state after the last step read by then. Both are products with matrices of 0 and 1, which have
 * gradients on every backend.
 */
import type * as tf from '@tensorflow/tfjs';
import { type MaybeMask, type SequenceMask, tensorOfMask } from '../sequence-mask.ts';

export interface Reading {
  /** Of the longest row, at least 1; in a recording, of the longest that there may be. */
  readonly steps: number;
  /** `[rows, steps, length]`; `undefined`: the steps stand in order already, at the front. */
  readonly order: () => tf.Tensor3D | undefined;
  /** `[rows, length, steps]`: the state that is the output at each step. */
  readonly outputs: () => tf.Tensor3D;
  /** `[steps, rows, 1]`: the last state of each row. */
  readonly last: () => tf.Tensor3D;
}

export interface ReadingOptions {
  readonly reverse: boolean;
  /** The output at padding: that of the last step read before, or 0. */
  readonly atPadding: 'hold' | 'zero';
}

/** @returns `undefined` where nothing is padding. */
export function planReading(mask: MaybeMask, options: ReadingOptions): Reading | undefined {
  if (!mask) return undefined;
  const { reverse } = options;
  const { rows, length, recorded } = mask;
  const readIn = (values: Uint8Array): Read =>
    Array.from({ length: rows }, (_, row) => stepsThere({ ...mask, values }, row, reverse));
  const read = readIn(mask.values);
  const steps = recorded ? length : Math.max(1, ...read.map((there) => there.length));
  const isInOrder = read.every((there) => there.every((step, at) => step === at));
  const selection = (shape: Shape, fill: (read: Read, mark: Mark) => void): tf.Tensor3D =>
    tensorOfMask(mask, shape, (values) => markAll(shape, (mark) => fill(readIn(values), mark)));
  return {
    steps,
    order: () =>
      isInOrder && !reverse && !recorded
        ? undefined
        : selection([rows, steps, length], (rowsRead, mark) =>
            rowsRead.forEach((there, row) => there.forEach((step, at) => mark(row, at, step))),
          ),
    outputs: () =>
      selection([rows, length, steps], (rowsRead, mark) =>
        rowsRead.forEach((there, row) =>
          markOutputs(there, { ...options, length }, (step, at) => mark(row, step, at)),
        ),
      ),
    last: () =>
      selection([steps, rows, 1], (rowsRead, mark) =>
        rowsRead.forEach((there, row) => {
          if (there.length > 0) mark(there.length - 1, row, 0);
        }),
      ),
  };
}

/** For each row, the steps that are there, in the order in which they are read. */
type Read = readonly (readonly number[])[];

/** @returns the steps of a row that are there, in the order in which they are read. */
function stepsThere({ values, length }: SequenceMask, row: number, reverse: boolean): number[] {
  const there: number[] = [];
  for (let step = 0; step < length; step += 1) {
    if (values[row * length + step] === 1) there.push(step);
  }
  return reverse ? there.reverse() : there;
}

/** A step gets the state after what was read up to it; none before the first one read. */
function markOutputs(
  there: readonly number[],
  { length, reverse, atPadding }: ReadingOptions & { readonly length: number },
  mark: (step: number, state: number) => void,
): void {
  let done = 0;
  for (let count = 0; count < length; count += 1) {
    const step = reverse ? length - 1 - count : count;
    const isThere = there[done] === step;
    if (isThere) done += 1;
    if (done > 0 && (isThere || atPadding === 'hold')) mark(step, done - 1);
  }
}

type Shape = readonly [number, number, number];
type Mark = (first: number, second: number, third: number) => void;

/** @returns 1 where marked, 0 elsewhere. */
function markAll([outer, middle, inner]: Shape, fill: (mark: Mark) => void): Float32Array {
  const values = new Float32Array(outer * middle * inner);
  fill((first, second, third) => {
    values[(first * middle + second) * inner + third] = 1;
  });
  return values;
}
