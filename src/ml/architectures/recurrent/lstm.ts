import * as tf from '@tensorflow/tfjs';
import { canRunBlockLstm, runBlockLstm } from './block-lstm.ts';
import {
  type BackwardInput,
  type Cell,
  type CellInput,
  logisticSlope,
  partsOf,
  runSteps,
  stepsOf,
  tanhSlope,
} from './run-steps.ts';

/**
 * i, f, o = σ(…), g = tanh(…) of x·W + h·U + b; c' = f∘c + i∘g; h' = o∘tanh(c'). Gates in Keras'
 * order: i, f, g, o.
 *
 * @see Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate
 */
export const runLstm = (input: CellInput): tf.Tensor3D =>
  canRunBlockLstm(input) ? runBlockLstm(input) : runSteps(lstmCell, input);

const lstmCell: Cell = {
  forward({ steps, sums, recurrentKernel, bias }) {
    const units = recurrentKernel.shape[0];
    const rows = sums.shape[0] / steps;
    let state: tf.Tensor2D = tf.zeros([rows, units]);
    let memory: tf.Tensor2D = tf.zeros([rows, units]);
    const states: tf.Tensor2D[] = [];
    const kept: tf.Tensor2D[] = [];
    for (const sum of stepsOf(tf.add(sums, bias), steps)) {
      const total = tf.add<tf.Tensor2D>(sum, tf.matMul(state, recurrentKernel));
      const [first, middle, last] = partsOf(total, [2 * units, units, units]);
      const gates = tf.sigmoid(first as tf.Tensor2D);
      const [input, forget] = partsOf(gates, [units, units]) as [tf.Tensor2D, tf.Tensor2D];
      const candidate = tf.tanh(middle as tf.Tensor2D);
      const output = tf.sigmoid(last as tf.Tensor2D);
      const before = memory;
      memory = tf.add(tf.mul(forget, memory), tf.mul(input, candidate));
      const squashed = tf.tanh(memory);
      state = tf.mul(output, squashed);
      states.push(state);
      kept.push(tf.concat2d([gates, candidate, output, before, squashed], 1));
    }
    return { states, saved: [tf.concat(kept)] };
  },

  backward(input) {
    const { dStates, recurrentKernel } = input;
    const slopes = slopesOf(input);
    const gates: tf.Tensor2D[] = [];
    let carried: { state: tf.Tensor2D; memory: tf.Tensor2D } | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor2D;
      const [byMemory, byOutput, memorySlope, forget] = slopes[step] as StepSlopes;
      const total = carried ? tf.add<tf.Tensor2D>(dState, carried.state) : dState;
      const through = tf.mul<tf.Tensor2D>(total, memorySlope);
      const dMemory = carried ? tf.add<tf.Tensor2D>(through, carried.memory) : through;
      const three = tf.mul<tf.Tensor2D>(tf.tile(dMemory, [1, 3]), byMemory);
      const gate = tf.concat2d([three, tf.mul<tf.Tensor2D>(total, byOutput)], 1);
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

/** By which gradients of a step are multiplied: i, f and g from the memory, o, the memory, its past. */
type StepSlopes = [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

function slopesOf({ dStates, states, saved }: BackwardInput): readonly StepSlopes[] {
  const units = states.shape[1];
  const parts = Array<number>(6).fill(units);
  const [input, forget, candidate, output, before, squashed] = partsOf(
    saved[0] as tf.Tensor2D,
    parts,
  ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const steps = (x: tf.Tensor2D): tf.Tensor2D[] => stepsOf(x, dStates.length);
  const byMemory = steps(
    tf.concat2d(
      [
        tf.mul<tf.Tensor2D>(candidate, logisticSlope(input)),
        tf.mul<tf.Tensor2D>(before, logisticSlope(forget)),
        tf.mul<tf.Tensor2D>(input, tanhSlope(candidate)),
      ],
      1,
    ),
  );
  const byOutput = steps(tf.mul(squashed, logisticSlope(output)));
  const memorySlope = steps(tf.mul(output, tanhSlope(squashed)));
  const forgets = steps(forget);
  return dStates.map((_, step) => [
    byMemory[step] as tf.Tensor2D,
    byOutput[step] as tf.Tensor2D,
    memorySlope[step] as tf.Tensor2D,
    forgets[step] as tf.Tensor2D,
  ]);
}
