import * as tf from '@tensorflow/tfjs';
import type { RecurrentActivation } from '../../../layers/layer-spec.ts';
import { activate } from '../activations.ts';
import {
  type Cell,
  type CellInput,
  logisticSlope,
  runSteps,
  stepsOf,
  tanhSlope,
} from './run-steps.ts';

/** h' = φ(x·W + h·U + b). @see Elman 1990, "Finding structure in time" */
export function runSimpleRnn(input: CellInput, activation: RecurrentActivation): tf.Tensor3D {
  return runSteps(simpleCell(activation), input);
}

const simpleCell = (activation: RecurrentActivation): Cell => ({
  forward({ steps, sums, recurrentKernel, bias }) {
    const states: tf.Tensor2D[] = [];
    for (const sum of stepsOf(tf.add(sums, bias), steps)) {
      const before = states.at(-1);
      const total = before ? tf.add(sum, tf.matMul(before, recurrentKernel)) : sum;
      states.push(activate(total, activation) as tf.Tensor2D);
    }
    return { states, saved: [] };
  },

  backward({ dStates, states, recurrentKernel }) {
    const slopes = stepsOf(slopeAt(states, activation), dStates.length);
    const gates: tf.Tensor2D[] = [];
    let carried: tf.Tensor2D | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor2D;
      const total = carried ? tf.add(dState, carried) : dState;
      const gate = tf.mul<tf.Tensor2D>(total, slopes[step] as tf.Tensor2D);
      carried = tf.matMul(gate, recurrentKernel, false, true);
      gates[step] = gate;
    }
    const all = tf.concat(gates);
    return { input: all, recurrent: all };
  },

  biasGradient: ({ input }) => tf.sum(input, 0),
});

/** The derivative of an activation, by its value. */
function slopeAt(value: tf.Tensor2D, activation: RecurrentActivation): tf.Tensor2D {
  switch (activation) {
    case 'tanh':
      return tanhSlope(value);
    case 'sigmoid':
      return logisticSlope(value);
    case 'relu':
      return tf.step(value);
    case 'linear':
      return tf.onesLike(value);
  }
}
