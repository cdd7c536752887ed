import * as tf from '@tensorflow/tfjs';
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
 * z = σ(x·Wz + h·Uz), r = σ(x·Wr + h·Ur), c = tanh(x·Wc + r∘(h·Uc)), h' = z∘h + (1 − z)∘c, each
 * product with its bias: Keras' `reset_after`.
 *
 * @see Cho et al. 2014, arXiv:1406.1078
 */
export const runGru = (input: CellInput): tf.Tensor3D => runSteps(gruCell, input);

const gruCell: Cell = {
  forward({ steps, sums, recurrentKernel, bias }) {
    const units = recurrentKernel.shape[0];
    const parts = [2 * units, units];
    const [inputBias, stateBias] = tf.unstack(bias) as [tf.Tensor1D, tf.Tensor1D];
    const [ofGates, ofCandidate] = tf.split(stateBias, parts) as [tf.Tensor1D, tf.Tensor1D];
    const [gateSums, candidateSums] = partsOf(tf.add(sums, inputBias), parts) as Pair;
    const [gateKernel, candidateKernel] = partsOf(recurrentKernel, parts) as Pair;
    const gateSteps = stepsOf(tf.add(gateSums, ofGates), steps);
    const candidateSteps = stepsOf(candidateSums, steps);
    let state: tf.Tensor2D = tf.zeros([sums.shape[0] / steps, units]);
    const kept = { states: [], gates: [], candidates: [], products: [] } as Kept;
    for (let step = 0; step < steps; step += 1) {
      const fromState = tf.matMul(state, gateKernel);
      const gates = tf.sigmoid(tf.add<tf.Tensor2D>(gateSteps[step] as tf.Tensor2D, fromState));
      const [update, reset] = partsOf(gates, [units, units]) as Pair;
      const product = tf.add<tf.Tensor2D>(tf.matMul(state, candidateKernel), ofCandidate);
      const sum = tf.add<tf.Tensor2D>(candidateSteps[step] as tf.Tensor2D, tf.mul(reset, product));
      const candidate = tf.tanh(sum);
      state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)));
      kept.states.push(state);
      kept.gates.push(gates);
      kept.candidates.push(candidate);
      kept.products.push(product);
    }
    const saved = [kept.gates, kept.candidates, kept.products].map((each) => tf.concat(each));
    return { states: kept.states, saved };
  },

  backward(input) {
    const { dStates, recurrentKernel } = input;
    const units = recurrentKernel.shape[0];
    const slopes = slopesOf(input);
    const candidates: tf.Tensor2D[] = [];
    const recurrents: tf.Tensor2D[] = [];
    let carried: tf.Tensor2D | undefined;
    for (let step = dStates.length - 1; step >= 0; step -= 1) {
      const dState = dStates[step] as tf.Tensor2D;
      const total = carried ? tf.add<tf.Tensor2D>(dState, carried) : dState;
      const at = slopes[step] as StepSlopes;
      const dCandidate = tf.mul<tf.Tensor2D>(total, at.candidate);
      const dUpdate = tf.mul<tf.Tensor2D>(total, at.update);
      const dReset = tf.mul<tf.Tensor2D>(dCandidate, at.reset);
      const dProduct = tf.mul<tf.Tensor2D>(dCandidate, at.resetGate);
      const recurrent = tf.concat2d([dUpdate, dReset, dProduct], 1);
      carried = tf.add(
        tf.mul(total, at.updateGate),
        tf.matMul(recurrent, recurrentKernel, false, true),
      );
      candidates[step] = dCandidate;
      recurrents[step] = recurrent;
    }
    const recurrent = tf.concat(recurrents);
    const [gates] = partsOf(recurrent, [2 * units, units]) as Pair;
    return { input: tf.concat2d([gates, tf.concat(candidates)], 1), recurrent };
  },

  biasGradient: ({ input, recurrent }) => tf.stack([tf.sum(input, 0), tf.sum(recurrent, 0)]),
};

type Pair = [tf.Tensor2D, tf.Tensor2D];

/** For each step; `products` are h·Uc with its bias. */
type Kept = Record<'states' | 'gates' | 'candidates' | 'products', tf.Tensor2D[]>;

/** What the gradients of a step are multiplied by. */
interface StepSlopes {
  readonly candidate: tf.Tensor2D;
  readonly update: tf.Tensor2D;
  readonly reset: tf.Tensor2D;
  readonly updateGate: tf.Tensor2D;
  readonly resetGate: tf.Tensor2D;
}

function slopesOf({ dStates, before, saved }: BackwardInput): readonly StepSlopes[] {
  const [gates, candidate, product] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const units = candidate.shape[1];
  const [updateGate, resetGate] = partsOf(gates, [units, units]) as Pair;
  const steps = (x: tf.Tensor2D): tf.Tensor2D[] => stepsOf(x, dStates.length);
  const all = {
    candidate: steps(tf.mul(tf.sub(1, updateGate), tanhSlope(candidate))),
    update: steps(tf.mul(tf.sub(before, candidate), logisticSlope(updateGate))),
    reset: steps(tf.mul(product, logisticSlope(resetGate))),
    updateGate: steps(updateGate),
    resetGate: steps(resetGate),
  };
  return dStates.map((_, step) => ({
    candidate: all.candidate[step] as tf.Tensor2D,
    update: all.update[step] as tf.Tensor2D,
    reset: all.reset[step] as tf.Tensor2D,
    updateGate: all.updateGate[step] as tf.Tensor2D,
    resetGate: all.resetGate[step] as tf.Tensor2D,
  }));
}
