/**
 * In which order the steps of each row are read where some are padding. Cells know nothing of
 * padding: the steps that are there are moved to the front, and each output is taken from the
 * state after the last step read by then. Both are products with matrices of 0 and 1, which have
 * gradients on every backend, but in a recording, where the native one has faster look-ups.
 */
import * as tf from '@tensorflow/tfjs';
import { type MaybeMask, type SequenceMask, tensorOfMask } from '../sequence-mask.ts';

export interface Reading {
  /** Of the longest row, at least 1; in a recording, of the longest that there may be. */
  readonly steps: number;
  /** `[rows, length, values]` to `[rows, steps, values]`; 0 where no step is left. */
  readonly order: (x: tf.Tensor3D) => tf.Tensor3D;
  /** States `[rows, steps, values]` to what is the output at each step, `[rows, length, values]`. */
  readonly outputs: (states: tf.Tensor3D) => tf.Tensor3D;
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
  const choose = recorded ? lookUp : multiply;
  const markSteps = (rowsRead: Read, mark: Mark): void =>
    rowsRead.forEach((there, row) => there.forEach((step, at) => mark(row, at, step)));
  const markStates = (rowsRead: Read, mark: Mark): void =>
    rowsRead.forEach((there, row) =>
      markOutputs(there, { ...options, length }, (step, at) => mark(row, step, at)),
    );
  const markedBy =
    (fill: (read: Read, mark: Mark) => void) => (values: Uint8Array) => (mark: Mark) =>
      fill(readIn(values), mark);
  return {
    steps,
    order: (x) =>
      isInOrder && !reverse && !recorded
        ? tf.slice(x, [0, 0, 0], [-1, steps, -1])
        : choose(x, { mask, count: steps, marks: markedBy(markSteps) }),
    outputs: (states) => choose(states, { mask, count: length, marks: markedBy(markStates) }),
    last: () =>
      tensorOfMask(mask, [steps, rows, 1], (values) =>
        markAll([steps, rows, 1], (mark) =>
          readIn(values).forEach((there, row) => {
            if (there.length > 0) mark(there.length - 1, row, 0);
          }),
        ),
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

interface Choice {
  readonly mask: SequenceMask;
  /** Steps of the result. */
  readonly count: number;
  /** Marks (row, step of the result, step that it is); the result is 0 where nothing is marked. */
  readonly marks: (values: Uint8Array) => (mark: Mark) => void;
}

function multiply(x: tf.Tensor3D, { mask, count, marks }: Choice): tf.Tensor3D {
  const shape = [x.shape[0], count, x.shape[1]] as const;
  const selection = tensorOfMask(mask, shape, (values) => markAll(shape, marks(values)));
  return tf.matMul(selection, x);
}

/** Where nothing is marked, the first step is looked up and multiplied by 0. */
function lookUp(x: tf.Tensor3D, { mask, count, marks }: Choice): tf.Tensor3D {
  const [rows, steps, size] = x.shape;
  const places = tensorOfMask<tf.Tensor1D>(mask, [rows * count], (values) => {
    const found = new Int32Array(rows * count);
    marks(values)((row, at, step) => {
      found[row * count + at] = row * steps + step;
    });
    return found;
  });
  const isMarked = tensorOfMask(mask, [rows * count, 1], (values) =>
    markAll([rows, count, 1], (mark) => marks(values)((row, at) => mark(row, at, 0))),
  );
  const chosen = tf.gather(tf.reshape(x, [rows * steps, size]), places);
  return tf.reshape(tf.mul(chosen, isMarked), [rows, count, size]);
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
