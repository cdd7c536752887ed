import * as tf from '@tensorflow/tfjs';
import { canRunBlockLstm, runBlockLstm } from './block-lstm.ts';
import { type Cell, type CellInput, runSteps } from './run-steps.ts';

/**
 * i, f, o = σ(…), g = tanh(…) of x·W + h·U + b; c' = f∘c + i∘g; h' = o∘tanh(c'). Gates in Keras'
 * order: i, f, g, o.
 *
 * @see Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate
 */
export const runLstm = (input: CellInput): tf.Tensor3D =>
  canRunBlockLstm(input) ? runBlockLstm(input) : runSteps(lstmCell, input);

const KEPT_A_STEP = 6;

const lstmCell: Cell = {
  forward(projected, { recurrentKernel, bias }) {
    const units = recurrentKernel.shape[0];
    const rows = (projected[0] as tf.Tensor2D).shape[0];
    let state: tf.Tensor2D = tf.zeros([rows, units]);
    let memory: tf.Tensor = tf.zeros([rows, units]);
    const states: tf.Tensor2D[] = [];
    const saved: tf.Tensor[] = [];
    for (const x of projected) {
      const sums = tf.add(tf.add(x, bias), tf.matMul(state, recurrentKernel));
      const [first, middle, last] = tf.split(sums, [2 * units, units, units], 1);
      const gates = tf.sigmoid(first as tf.Tensor);
      const [input, forget] = tf.split(gates, 2, 1) as [tf.Tensor, tf.Tensor];
      const candidate = tf.tanh(middle as tf.Tensor);
      const output = tf.sigmoid(last as tf.Tensor);
      const before = memory;
      memory = tf.add(tf.mul(forget, memory), tf.mul(input, candidate));
      const squashed = tf.tanh(memory);
      state = tf.mul(output, squashed);
      states.push(state);
      saved.push(input, forget, candidate, output, before, squashed);
    }
    return { states, saved };
  },

  backward(dStates, saved, { recurrentKernel }) {
    const gates: tf.Tensor2D[] = [];
    let carried: { state: tf.Tensor; memory: tf.Tensor } | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor;
      const kept = saved.slice(KEPT_A_STEP * step, KEPT_A_STEP * (step + 1));
      const [input, forget, candidate, output, before, squashed] = kept as Kept;
      const total = carried ? tf.add(dState, carried.state) : dState;
      const through = tf.mul(tf.mul(total, output), tf.sub(1, tf.square(squashed)));
      const dMemory = carried ? tf.add(through, carried.memory) : through;
      const gate = tf.concat2d(
        [
          tf.mul<tf.Tensor2D>(tf.mul(dMemory, candidate), slope(input)),
          tf.mul<tf.Tensor2D>(tf.mul(dMemory, before), slope(forget)),
          tf.mul<tf.Tensor2D>(tf.mul(dMemory, input), tf.sub(1, tf.square(candidate))),
          tf.mul<tf.Tensor2D>(tf.mul(total, squashed), slope(output)),
        ],
        1,
      );
      gates[step] = gate;
      carried = {
        state: tf.matMul(gate, recurrentKernel, false, true),
        memory: tf.mul(dMemory, forget),
      };
    }
    const all = tf.concat(gates);
    return { input: all, recurrent: all };
  },

  biasGradient: ({ input }) => tf.sum(input, 0),
};

type Kept = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** Of the logistic function, by its value. */
const slope = (value: tf.Tensor): tf.Tensor => tf.mul(value, tf.sub(1, value));
