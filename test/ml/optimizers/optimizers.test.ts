import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import {
  createOptimizer,
  type OptimizerOptions,
} from '../../../src/ml/optimizers/create-optimizer.ts';
import type { Optimizer } from '../../../src/ml/optimizers/optimizer.ts';

interface Golden {
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: {
    readonly options: Partial<OptimizerOptions>;
    readonly parameters: number[][];
  }[];
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../golden/optimizers.json'), 'utf8'),
) as Golden;

const DEFAULTS = { momentum: 0, nesterov: false, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

function create(options: Partial<OptimizerOptions>): Optimizer {
  return createOptimizer(golden.start.length, { type: 'adam', ...DEFAULTS, ...options });
}

/** @returns the parameters after each step. */
function follow(optimizer: Optimizer, start: number[], gradients: number[][]): number[][] {
  let parameters = tf.tensor1d(start);
  const trace = gradients.map((values) => {
    const gradient = tf.tensor1d(values);
    const next = optimizer.step(parameters, gradient);
    tf.dispose([parameters, gradient]);
    parameters = next;
    return [...next.dataSync<'float32'>()];
  });
  parameters.dispose();
  return trace;
}

beforeAll(loadBackend);

describe.each(golden.cases)('optimizer $options', ({ options, parameters }) => {
  it("takes Keras' twenty steps", () => {
    const tensors = tf.memory().numTensors;
    const optimizer = create(options);
    const trace = follow(optimizer, golden.start, golden.gradients);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    trace.forEach((values, step) => {
      values.forEach((value, index) => {
        const expected = parameters[step]?.[index] as number;
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(
          2e-6 * Math.max(1, Math.abs(expected)),
        );
      });
    });
  });

  it('goes on from its saved state bit for bit', () => {
    const whole = create(options);
    const undisturbed = follow(whole, golden.start, golden.gradients);
    const first = create(options);
    const half = follow(first, golden.start, golden.gradients.slice(0, 9));
    const state = JSON.parse(JSON.stringify(first.state().scalars)) as Record<string, number>;
    const second = create(options);
    second.restore({ scalars: state, vectors: first.state().vectors });
    const rest = follow(second, half.at(-1) as number[], golden.gradients.slice(9));
    for (const optimizer of [whole, first, second]) optimizer.dispose();
    expect([...half, ...rest]).toEqual(undisturbed);
  });
});
