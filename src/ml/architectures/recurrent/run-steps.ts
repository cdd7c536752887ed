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

/** A run with what its backward pass needs. */
export interface CellRun {
  /** `[rows, units]`, one for each step. */
  readonly states: readonly tf.Tensor2D[];
  /** Kept for the backward pass. */
  readonly saved: readonly tf.Tensor[];
}

/** The gradients of the sums that enter the gates, each `[steps · rows, gates · units]`. */
export interface GateGradients {
  /** By x·kernel. */
  readonly input: tf.Tensor2D;
  /** By state·recurrentKernel; mostly the same. */
  readonly recurrent: tf.Tensor2D;
}

export interface Cell {
  /** @param projected  x·kernel, `[rows, gates · units]` for each step. */
  forward(projected: readonly tf.Tensor2D[], weights: CellWeights): CellRun;
  backward(
    dStates: readonly tf.Tensor2D[],
    saved: readonly tf.Tensor[],
    weights: CellWeights,
  ): GateGradients;
  biasGradient(gradients: GateGradients): tf.Tensor;
}

export type CellWeights = Pick<CellInput, 'recurrentKernel' | 'bias'>;

/**
 * Runs a cell over a sequence as one operation with a gradient of its own: x·kernel of all steps
 * is one product, and so are the gradients of the weights. The tape of an unrolled loop is 3 times
 * slower.
 *
 * @returns `[steps, rows, units]`, the state after each step.
 */
export function runSteps(cell: Cell, { x, kernel, recurrentKernel, bias }: CellInput): tf.Tensor3D {
  const run = tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc;
    const [sequence, weights, recurrent, biases] = given as [
      tf.Tensor3D,
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor,
    ];
    const cellWeights = { recurrentKernel: recurrent, bias: biases };
    const { states, saved } = cell.forward(
      stepsOf(project(sequence, weights), x.shape[0]),
      cellWeights,
    );
    const value = tf.stack([...states]) as tf.Tensor3D;
    save([sequence, weights, recurrent, biases, value, ...saved]);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => backward(cell, dy, kept) };
  });
  return run(x, kernel, recurrentKernel, bias);
}

function backward(cell: Cell, dy: tf.Tensor, kept: readonly tf.Tensor[]): tf.Tensor[] {
  const [x, kernel, recurrentKernel, bias, states, ...saved] = kept as [
    tf.Tensor3D,
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor,
    tf.Tensor3D,
    ...tf.Tensor[],
  ];
  const [steps, rows, units] = states.shape;
  const gradients = cell.backward(tf.unstack(dy) as tf.Tensor2D[], saved, {
    recurrentKernel,
    bias,
  });
  const before = tf.concat([
    tf.zeros([1, rows, units]),
    tf.slice(states, [0, 0, 0], [steps - 1, -1, -1]),
  ]);
  const { input, recurrent } = gradients;
  return [
    tf.reshape(tf.matMul(input, kernel, false, true), x.shape),
    tf.matMul(flat(x), input, true),
    tf.matMul(flat(before as tf.Tensor3D), recurrent, true),
    cell.biasGradient(gradients),
  ];
}

const flat = (x: tf.Tensor3D): tf.Tensor2D => tf.reshape(x, [-1, x.shape[2]]);

const project = (x: tf.Tensor3D, kernel: tf.Tensor2D): tf.Tensor2D => tf.matMul(flat(x), kernel);

/** `[steps · rows, values]` to one `[rows, values]` for each step. */
export const stepsOf = (x: tf.Tensor2D, steps: number): tf.Tensor2D[] =>
  tf.split<tf.Tensor2D>(x, steps);
