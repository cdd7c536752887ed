import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import {
  createOptimizer,
  learningRateOf,
  type OptimizerOptions,
} from '../../../src/ml/optimizers/create-optimizer.ts';
import type { Optimizer } from '../../../src/ml/optimizers/optimizer.ts';

interface Golden {
  /** Values of the kernel; the rest is a bias. */
  readonly kernel: number;
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: { readonly options: OptimizerOptions; readonly parameters: number[][] }[];
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../golden/optimizers.json'), 'utf8'),
) as Golden;

const decays = Float32Array.from(golden.start, (_, index) => (index < golden.kernel ? 1 : 0));
const create = (options: OptimizerOptions): Optimizer => createOptimizer(decays, options);

interface Walk {
  readonly options: OptimizerOptions;
  readonly start: number[];
  readonly gradients: number[][];
}

/** @returns the parameters after each step. */
function follow(optimizer: Optimizer, { options, start, gradients }: Walk): number[][] {
  const learningRate = learningRateOf(options);
  let parameters = tf.tensor1d(start);
  const trace = gradients.map((values) => {
    const gradient = tf.tensor1d(values);
    const next = optimizer.step({ parameters, gradient, learningRate });
    tf.dispose([parameters, gradient]);
    parameters = next;
    return [...next.dataSync<'float32'>()];
  });
  parameters.dispose();
  return trace;
}

beforeAll(loadBackend);

describe.each(golden.cases)('optimizer $options', ({ options, parameters }) => {
  const { start, gradients } = golden;

  it("takes Keras' twenty steps", () => {
    const tensors = tf.memory().numTensors;
    const optimizer = create(options);
    const trace = follow(optimizer, { options, start, gradients });
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    const errors = trace.flatMap((values, step) =>
      values.map((value, index) => {
        const expected = parameters[step]?.[index] as number;
        return Math.abs(value - expected) / Math.max(1, Math.abs(expected));
      }),
    );
    expect(errors).toHaveLength(20 * start.length);
    expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
  });

  it('goes on from its saved state bit for bit', () => {
    const whole = create(options);
    const undisturbed = follow(whole, { options, start, gradients });
    const first = create(options);
    const half = follow(first, { options, start, gradients: gradients.slice(0, 9) });
    const state = JSON.parse(JSON.stringify(first.state().scalars)) as Record<string, number>;
    const second = create(options);
    second.restore({ scalars: state, vectors: first.state().vectors });
    const rest = follow(second, {
      options,
      start: half.at(-1) as number[],
      gradients: gradients.slice(9),
    });
    for (const optimizer of [whole, first, second]) optimizer.dispose();
    expect([...half, ...rest]).toEqual(undisturbed);
  });
});
