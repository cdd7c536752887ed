/** A logistic model of what several models say of a row. */
import { PipelineError } from '../../errors.ts';
import { SMALLEST_PROBABILITY } from '../audit/metrics.ts';
import type { StackingModel } from '../model.ts';
import { type Evaluation, minimiseConvex } from './minimise-convex.ts';

export interface StackingProblem {
  /** Per member `[rows, classes]`, of models that never saw the row. */
  readonly predictions: readonly Float32Array[];
  /** `[rows]`, class indices; at least one. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** λ, above 0. */
  readonly penalty: number;
}

/** A multinomial logistic model that is penalised needs no longer than this to be flat. */
const STEEPEST = 1e-4;

/**
 * Minimises the mean cross-entropy of softmax(W·ln p + b) plus λ/2·‖W − W₀‖², where W₀ is the
 * geometric mean of the members: little data leaves that mean as it is, instead of no opinion.
 *
 * @returns W by class and b.
 * @throws PipelineError `DATA_INVALID` without rows; `INTERNAL` if the fit does not converge.
 * @see Wolpert 1992, "Stacked generalization", Neural Networks 5
 */
export function fitStacking(problem: StackingProblem): StackingModel {
  const { predictions, labels, classes } = problem;
  if (labels.length === 0) {
    throw new PipelineError('DATA_INVALID', 'stacking cannot be fitted on 0 rows');
  }
  const width = predictions.length * classes;
  const { logs, centres, scale } = centre(logsOf(problem, width), width);
  const mean = new Float64Array(classes * (width + 1));
  for (let k = 0; k < classes; k += 1) {
    predictions.forEach((_, m) => {
      mean[k * (width + 1) + m * classes + k] = scale / predictions.length;
    });
  }
  const penalty = problem.penalty / scale ** 2;
  const { at, slope } = minimiseConvex(
    (values) => evaluate(values, { ...problem, penalty, logs, width, mean }),
    mean,
  );
  if (!(slope < STEEPEST)) {
    throw new PipelineError('INTERNAL', `stacking did not converge: its slope is ${slope}`);
  }
  const rowOf = (k: number) => at.subarray(k * (width + 1), (k + 1) * (width + 1));
  const each = Array.from({ length: classes }, (_, k) => rowOf(k));
  const weights = each.map((row) => Array.from(row.subarray(0, width), (value) => value / scale));
  const shiftOf = (own: readonly number[]) =>
    own.reduce((sum, weight, at) => sum + weight * (centres[at] as number), 0);
  return {
    weights,
    bias: each.map((row, k) => (row[width] as number) - shiftOf(weights[k] ?? [])),
  };
}

interface Centred {
  /** (ln p − centre) / scale. */
  readonly logs: Float64Array;
  /** `[width]` */
  readonly centres: Float64Array;
  readonly scale: number;
}

/**
 * Members that are sure say logarithms near −16, all of one sign: weights and biases then pull on each
 * other, and the way down is long. Around their means and in their size it is short; the minimum is
 * the same.
 */
function centre(logs: Float64Array, width: number): Centred {
  const rows = logs.length / width;
  const centres = new Float64Array(width);
  logs.forEach((value, at) => {
    centres[at % width] = (centres[at % width] as number) + value / rows;
  });
  const apart = logs.map((value, at) => value - (centres[at % width] as number));
  const size = Math.sqrt(apart.reduce((sum, value) => sum + value * value, 0) / apart.length);
  const scale = size > 0 ? size : 1;
  return { logs: apart.map((value) => value / scale), centres, scale };
}

/** `[rows, members · classes]`: natural logarithms. */
function logsOf({ predictions, labels, classes }: StackingProblem, width: number): Float64Array {
  const logs = new Float64Array(labels.length * width);
  predictions.forEach((values, m) => {
    values.forEach((value, at) => {
      const row = Math.floor(at / classes);
      const log = Math.log(Math.max(value, SMALLEST_PROBABILITY));
      logs[row * width + m * classes + (at % classes)] = log;
    });
  });
  return logs;
}

interface Prepared extends StackingProblem {
  readonly logs: Float64Array;
  readonly width: number;
  readonly mean: Float64Array;
}

function evaluate(at: Float64Array, prepared: Prepared): Evaluation {
  const { logs, labels, classes, width, penalty, mean } = prepared;
  const gradient = new Float64Array(at.length);
  const rows = labels.length;
  let value = 0;
  labels.forEach((label, row) => {
    const x = logs.subarray(row * width, (row + 1) * width);
    const p = softmax(scoresOf(at, x, classes));
    value -= Math.log(p[label] as number) / rows;
    p.forEach((share, k) => {
      const slope = (share - Number(k === label)) / rows;
      const start = k * (width + 1);
      x.forEach((input, j) => {
        gradient[start + j] = (gradient[start + j] as number) + slope * input;
      });
      gradient[start + width] = (gradient[start + width] as number) + slope;
    });
  });
  for (let k = 0; k < classes; k += 1) {
    // The biases are free.
    for (let j = k * (width + 1); j < (k + 1) * (width + 1) - 1; j += 1) {
      const apart = (at[j] as number) - (mean[j] as number);
      value += (penalty / 2) * apart * apart;
      gradient[j] = (gradient[j] as number) + penalty * apart;
    }
  }
  return { value, gradient };
}

function scoresOf(at: Float64Array, x: Float64Array, classes: number): Float64Array {
  const scores = new Float64Array(classes);
  for (let k = 0; k < classes; k += 1) {
    const start = k * (x.length + 1);
    let sum = at[start + x.length] as number;
    for (let j = 0; j < x.length; j += 1) sum += (at[start + j] as number) * (x[j] as number);
    scores[k] = sum;
  }
  return scores;
}

function softmax(scores: Float64Array): Float64Array {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}
