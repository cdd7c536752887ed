import * as tf from '@tensorflow/tfjs';
import { type Cell, type CellInput, type GateGradients, runSteps } from './run-steps.ts';

/**
 * z = σ(x·Wz + h·Uz), r = σ(x·Wr + h·Ur), c = tanh(x·Wc + r∘(h·Uc)), h' = z∘h + (1 − z)∘c, each
 * product with its bias: Keras' `reset_after`.
 *
 * @see Cho et al. 2014, arXiv:1406.1078; the variant: arXiv:1406.1078v1
 */
export const runGru = (input: CellInput): tf.Tensor3D => runSteps(gruCell, input);

const KEPT_A_STEP = 4;

const gruCell: Cell = {
  forward(projected, { recurrentKernel, bias }) {
    const units = recurrentKernel.shape[0];
    const [inputBias, stateBias] = tf.unstack(bias) as [tf.Tensor1D, tf.Tensor1D];
    const rows = (projected[0] as tf.Tensor2D).shape[0];
    let state: tf.Tensor2D = tf.zeros([rows, units]);
    const states: tf.Tensor2D[] = [];
    const saved: tf.Tensor[] = [];
    for (const x of projected) {
      const [xGates, xCandidate] = tf.split(tf.add(x, inputBias), [2 * units, units], 1);
      const fromState = tf.add(tf.matMul(state, recurrentKernel), stateBias);
      const [stateGates, stateCandidate] = tf.split(fromState, [2 * units, units], 1);
      const gates = tf.sigmoid(tf.add(xGates as tf.Tensor, stateGates as tf.Tensor));
      const [update, reset] = tf.split(gates, 2, 1) as [tf.Tensor, tf.Tensor];
      const candidate = tf.tanh(
        tf.add(xCandidate as tf.Tensor, tf.mul(reset, stateCandidate as tf.Tensor)),
      );
      const difference = tf.sub(state, candidate);
      state = tf.add(candidate, tf.mul(update, difference));
      states.push(state);
      saved.push(gates, candidate, stateCandidate as tf.Tensor, difference);
    }
    return { states, saved };
  },

  backward(dStates, saved, { recurrentKernel }) {
    const inputs: tf.Tensor2D[] = [];
    const recurrents: tf.Tensor2D[] = [];
    let carried: tf.Tensor | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor;
      const total = carried ? tf.add(dState, carried) : dState;
      const kept = saved.slice(KEPT_A_STEP * step, KEPT_A_STEP * (step + 1));
      const { dGates, dCandidate, dStateCandidate, update } = gradientOfStep(total, kept);
      inputs[step] = tf.concat([dGates, dCandidate], 1) as tf.Tensor2D;
      const recurrent = tf.concat([dGates, dStateCandidate], 1) as tf.Tensor2D;
      recurrents[step] = recurrent;
      carried = tf.add(tf.mul(total, update), tf.matMul(recurrent, recurrentKernel, false, true));
    }
    return { input: tf.concat(inputs), recurrent: tf.concat(recurrents) };
  },

  biasGradient: ({ input, recurrent }: GateGradients) =>
    tf.stack([tf.sum(input, 0), tf.sum(recurrent, 0)]),
};

interface StepGradient {
  /** By the sums of update and reset gate, side by side. */
  readonly dGates: tf.Tensor;
  readonly dCandidate: tf.Tensor;
  /** By h·Uc. */
  readonly dStateCandidate: tf.Tensor;
  readonly update: tf.Tensor;
}

function gradientOfStep(total: tf.Tensor, kept: readonly tf.Tensor[]): StepGradient {
  const [gates, candidate, stateCandidate, difference] = kept as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const [update, reset] = tf.split(gates, 2, 1) as [tf.Tensor, tf.Tensor];
  const shareOfCandidate = tf.sub(total, tf.mul(total, update));
  const dCandidate = tf.mul(shareOfCandidate, tf.sub(1, tf.square(candidate)));
  const byGates = tf.concat([tf.mul(total, difference), tf.mul(dCandidate, stateCandidate)], 1);
  const dGates = tf.mul(byGates, tf.mul(gates, tf.sub(1, gates)));
  return { dGates, dCandidate, dStateCandidate: tf.mul(dCandidate, reset), update };
}
