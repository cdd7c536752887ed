import * as tf from '@tensorflow/tfjs';
import type { RecurrentActivation } from '../../../layers/layer-spec.ts';
import { activate } from '../activations.ts';
import { type Cell, type CellInput, runSteps } from './run-steps.ts';

/** h' = φ(x·W + h·U + b). @see Elman 1990, "Finding structure in time" */
export function runSimpleRnn(input: CellInput, activation: RecurrentActivation): tf.Tensor3D {
  return runSteps(simpleCell(activation), input);
}

const simpleCell = (activation: RecurrentActivation): Cell => ({
  forward(projected, { recurrentKernel, bias }) {
    const states: tf.Tensor2D[] = [];
    for (const [step, x] of projected.entries()) {
      const sum = tf.add(x, bias);
      const before = states[step - 1];
      const total = before ? tf.add(sum, tf.matMul(before, recurrentKernel)) : sum;
      states.push(activate(total, activation) as tf.Tensor2D);
    }
    return { states, saved: states };
  },

  backward(dStates, saved, { recurrentKernel }) {
    const gates: tf.Tensor2D[] = [];
    let carried: tf.Tensor | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor;
      const total = carried ? tf.add(dState, carried) : dState;
      const gate = tf.mul<tf.Tensor2D>(total, slopeAt(saved[step] as tf.Tensor, activation));
      carried = tf.matMul(gate, recurrentKernel, false, true);
      gates[step] = gate;
    }
    const all = tf.concat(gates);
    return { input: all, recurrent: all };
  },

  biasGradient: ({ input }) => tf.sum(input, 0),
});

/** The derivative of an activation, by its value. */
function slopeAt(value: tf.Tensor, activation: RecurrentActivation): tf.Tensor {
  switch (activation) {
    case 'tanh':
      return tf.sub(1, tf.square(value));
    case 'sigmoid':
      return tf.mul(value, tf.sub(1, value));
    case 'relu':
      return tf.step(value);
    case 'linear':
      return tf.onesLike(value);
  }
}
