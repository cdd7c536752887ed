/** The LSTM of a whole sequence as one operation of TensorFlow, on the native backend. */
import * as tf from '@tensorflow/tfjs';
import { BLOCK_LSTM, BLOCK_LSTM_GRADIENT } from '../../native-kernels.ts';
import type { CellInput } from './run-steps.ts';

/** Where rows and units are both odd, TensorFlow logs at every call that it would be slow. */
export function canRunBlockLstm({ x, recurrentKernel }: CellInput): boolean {
  const isSlow = x.shape[1] % 2 === 1 && recurrentKernel.shape[0] % 2 === 1;
  return !isSlow && tf.getKernel(BLOCK_LSTM, tf.getBackend()) !== undefined;
}

/** @returns `[steps, rows, units]`, the state after each step. */
export function runBlockLstm({ x, kernel, recurrentKernel, bias }: CellInput): tf.Tensor3D {
  const run = tf.customGrad((...given) => {
    const save = given.pop() as tf.GradSaveFunc;
    const inputs = nameInputs(given as tf.Tensor[]);
    const outputs = runKernel(BLOCK_LSTM, inputs);
    save([...(given as tf.Tensor[]), ...outputs]);
    return { value: outputs.at(-1) as tf.Tensor, gradFunc: differentiate };
  });
  return run(x, tf.concat([kernel, recurrentKernel]), bias) as tf.Tensor3D;
}

/** @returns the gradients by x, both kernels and the bias. */
function differentiate(dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] {
  const [i, cs, f, o, ci, co, h] = saved.slice(3);
  const made = { i, cs, f, o, ci, co, h } as Record<string, tf.Tensor>;
  const gradients = { csGrad: tf.zerosLike(dy), hGrad: dy };
  const inputs = { ...nameInputs(saved.slice(0, 3)), ...made, ...gradients };
  // By x, the first memory and state, the kernels, three peepholes that are not used, the bias.
  const [dx, , , dKernels, , , , dBias] = runKernel(BLOCK_LSTM_GRADIENT, inputs);
  return [dx, dKernels, dBias] as tf.Tensor[];
}

/** The operation's inputs, in its order. */
function nameInputs([x, w, b]: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  const rows = (x as tf.Tensor3D).shape[1];
  const units = (b as tf.Tensor1D).shape[0] / 4;
  const start = tf.zeros([rows, units]);
  const peephole = tf.zeros([units]);
  return {
    x: x as tf.Tensor,
    csPrev: start,
    hPrev: start,
    w: w as tf.Tensor,
    wci: peephole,
    wcf: peephole,
    wco: peephole,
    b: b as tf.Tensor,
  };
}

const runKernel = (name: string, inputs: Record<string, tf.Tensor>): tf.Tensor[] =>
  tf.engine().runKernel(name, inputs) as unknown as tf.Tensor[];
