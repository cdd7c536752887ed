import * as tf from '@tensorflow/tfjs';

/** What a cell is run over, in Keras' layouts. */
export interface CellInput {
  /** `[steps, rows, features]`. */
  readonly x: tf.Tensor3D;
  /** `[features, gates · units]`. */
  readonly kernel: tf.Tensor2D;
  /** `[units, gates · units]`. */
  readonly recurrentKernel: tf.Tensor2D;
  /** `[gates · units]`; of a GRU `[2, gates · units]`. */
  readonly bias: tf.Tensor;
}

export interface ForwardInput {
  readonly steps: number;
  /** x·kernel, `[steps · rows, gates · units]`. */
  readonly sums: tf.Tensor2D;
  readonly recurrentKernel: tf.Tensor2D;
  readonly bias: tf.Tensor;
}

export interface ForwardRun {
  /** `[rows, units]`, one for each step. */
  readonly states: readonly tf.Tensor2D[];
  /** For the backward pass, each `[steps · rows, values]`. */
  readonly saved: readonly tf.Tensor2D[];
}

export interface BackwardInput {
  /** `[rows, units]`, one for each step. */
  readonly dStates: readonly tf.Tensor2D[];
  /** The states, `[steps · rows, units]`. */
  readonly states: tf.Tensor2D;
  /** The states before each step; 0 before the first. */
  readonly before: tf.Tensor2D;
  readonly saved: readonly tf.Tensor2D[];
  readonly recurrentKernel: tf.Tensor2D;
}

/** The gradients of the sums that enter the gates, each `[steps · rows, gates · units]`. */
export interface GateGradients {
  /** By x·kernel. */
  readonly input: tf.Tensor2D;
  /** By state·recurrentKernel; mostly the same. */
  readonly recurrent: tf.Tensor2D;
}

export interface Cell {
  forward(input: ForwardInput): ForwardRun;
  backward(input: BackwardInput): GateGradients;
  biasGradient(gradients: GateGradients): tf.Tensor;
}

/**
 * Runs a cell over a sequence as one operation with a gradient of its own. Whatever does not wait
 * for the step before is computed for all steps at once: x·kernel, the gradients of the weights,
 * and the slopes of the gates. The tape of an unrolled loop is several times slower.
 *
 * @returns `[steps, rows, units]`, the state after each step.
 */
export function runSteps(cell: Cell, { x, kernel, recurrentKernel, bias }: CellInput): tf.Tensor3D {
  const run = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const [sequence, weights, recurrent, biases] = given as [
      tf.Tensor3D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor,
    ];
    const { states, saved } = cell.forward({
      steps: x.shape[0],
      sums: tf.matMul(flat(sequence), weights),
      recurrentKernel: recurrent,
      bias: biases,
    });
    const value = tf.stack([...states]);
    save([sequence, weights, recurrent, value, ...saved]);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => backward(cell, dy, kept) };
  });
  return run(x, kernel, recurrentKernel, bias) as tf.Tensor3D;
}

function backward(cell: Cell, dy: tf.Tensor, kept: readonly tf.Tensor[]): tf.Tensor[] {
  const [x, kernel, recurrentKernel, states, ...saved] = kept as [
    tf.Tensor3D,
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor3D,
    ...tf.Tensor2D[],
  ];
  const [steps, rows, units] = states.shape;
  const all = flat(states);
  const earlier = tf.slice(all, [0, 0], [(steps - 1) * rows, units]);
  const before = tf.concat2d([tf.zeros([rows, units]), earlier], 0);
  const gradients = cell.backward({
    dStates: tf.unstack(dy) as tf.Tensor2D[],
    states: all,
    before,
    saved,
    recurrentKernel,
  });
  const { input, recurrent } = gradients;
  return [
    tf.reshape(tf.matMul(input, kernel, false, true), x.shape),
    tf.matMul(flat(x), input, true),
    tf.matMul(before, recurrent, true),
    cell.biasGradient(gradients),
  ];
}

const flat = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [-1, x.shape[2]]);

/** `[steps · rows, values]` to one `[rows, values]` for each step. */
export const stepsOf = (x: tf.Tensor2D, steps: number): tf.Tensor2D[] =>
  steps === 1 ? [x] : tf.split<tf.Tensor2D>(x, steps);

/** Parts of the last axis. */
export const partsOf = (x: tf.Tensor2D, sizes: number[]): tf.Tensor2D[] =>
  tf.split<tf.Tensor2D>(x, sizes, 1);

/** v·(1 − v), the slope of the logistic function by its value. */
export const logisticSlope = (value: tf.Tensor2D): tf.Tensor2D => tf.mul(value, tf.sub(1, value));

/** 1 − v², the slope of tanh by its value. */
export const tanhSlope = (value: tf.Tensor2D): tf.Tensor2D => tf.sub(1, tf.square(value));
