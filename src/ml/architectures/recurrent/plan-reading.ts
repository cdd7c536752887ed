/**
 * In which order the steps of each row are read where some are padding. Cells know nothing of
 * padding: the steps that are there are moved to the front, and each output is taken from the
 * state after the last step read by then. Both are products with matrices of 0 and 1, which have
 * gradients on every backend.
 */
import * as tf from '@tensorflow/tfjs';
import type { MaybeMask, SequenceMask } from '../sequence-mask.ts';

export interface Reading {
  /** Of the longest row, at least 1. */
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
  const { rows, length } = mask;
  const read = Array.from({ length: rows }, (_, row) => stepsThere(mask, row, reverse));
  const steps = Math.max(1, ...read.map((there) => there.length));
  const isInOrder = !reverse && read.every((there) => there.every((step, at) => step === at));
  return {
    steps,
    order: () =>
      isInOrder
        ? undefined
        : selection([rows, steps, length], (mark) =>
            read.forEach((there, row) => there.forEach((step, at) => mark(row, at, step))),
          ),
    outputs: () =>
      selection([rows, length, steps], (mark) =>
        read.forEach((there, row) =>
          markOutputs(there, { ...options, length }, (step, at) => mark(row, step, at)),
        ),
      ),
    last: () =>
      selection([steps, rows, 1], (mark) =>
        read.forEach((there, row) => {
          if (there.length > 0) mark(there.length - 1, row, 0);
        }),
      ),
  };
}

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

type Mark = (first: number, second: number, third: number) => void;

function selection(shape: [number, number, number], fill: (mark: Mark) => void): tf.Tensor3D {
  const [, middle, inner] = shape;
  const values = new Float32Array(shape[0] * middle * inner);
  fill((first, second, third) => {
    values[(first * middle + second) * inner + third] = 1;
  });
  return tf.tensor3d(values, shape);
}
