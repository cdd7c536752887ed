import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import type { WeightPlace } from '../../../src/ml/network.ts';
import { classWeightsOf } from '../../../src/ml/training/class-weights.ts';
import type { Clip } from '../../../src/ml/training/clip-gradient.ts';
import { GradientRules } from '../../../src/ml/training/gradient-rules.ts';
import { type LossTerm, Objective } from '../../../src/ml/training/objective.ts';

interface Golden {
  readonly classes: number;
  readonly logits: number[][];
  readonly labels: number[];
  readonly classWeights: number[];
  readonly losses: {
    readonly losses: LossTerm[];
    readonly labelSmoothing?: number;
    readonly weighted?: boolean;
    readonly value: number;
    readonly gradient: number[][];
  }[];
  readonly kernel: number[];
  readonly bias: number[];
  readonly clipped: { readonly clip: Clip; readonly gradient: number[] }[];
  readonly penalties: { readonly l1: number; readonly l2: number; readonly gradient: number[] }[];
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../golden/objective.json'), 'utf8'),
) as Golden;
const { classes, kernel, bias } = golden;

beforeAll(loadBackend);

function expectClose(found: Iterable<number>, expected: readonly number[]): void {
  expect([...found]).toEqual(expected.map((value) => expect.closeTo(value, 5) as number));
}

interface Evaluated {
  readonly value: number;
  readonly gradient: Float32Array;
}

function evaluate(objective: Objective, logits: number[][], labels: number[]): Evaluated {
  return tf.tidy(() => {
    const loss = objective.of(Int32Array.from(labels));
    const { value, grad } = tf.valueAndGrad((z) => loss(z as tf.Tensor2D))(tf.tensor2d(logits));
    return { value: value.arraySync(), gradient: grad.dataSync<'float32'>() };
  });
}

describe('a label that does not count', () => {
  it.each(golden.losses.filter(({ weighted }) => !weighted))(
    'is left out of the loss $losses, smoothing $labelSmoothing',
    ({ losses, labelSmoothing = 0 }) => {
      const common = { classes, losses, labelSmoothing, classWeights: null };
      const ignored = golden.labels[0] as number;
      const counting = golden.labels.flatMap((label, row) => (label === ignored ? [] : [row]));
      const pick = <T>(values: readonly T[]) => counting.map((row) => values[row] as T);
      expect(counting.length).toBeGreaterThan(1);
      const rest = evaluate(new Objective(common), pick(golden.logits), pick(golden.labels));
      const found = evaluate(new Objective({ ...common, ignored }), golden.logits, golden.labels);
      expect(found.value).toBeCloseTo(rest.value, 5);
      const expected = new Float32Array(golden.labels.length * classes);
      counting.forEach((row, at) => {
        expected.set(rest.gradient.subarray(at * classes, (at + 1) * classes), row * classes);
      });
      expectClose(found.gradient, [...expected]);
    },
  );
});

describe.each(golden.losses)(
  'the loss $losses, smoothing $labelSmoothing, weighted $weighted',
  ({ losses, labelSmoothing = 0, weighted, value, gradient }) => {
    it("has Keras' value and gradient", () => {
      const tensors = tf.memory().numTensors;
      const classWeights = weighted ? golden.classWeights : null;
      const objective = new Objective({ classes, losses, labelSmoothing, classWeights });
      const found = evaluate(objective, golden.logits, golden.labels);
      expect(found.value).toBeCloseTo(value, 5);
      expectClose(found.gradient, gradient.flat());
      expect(tf.memory().numTensors).toBe(tensors);
    });
  },
);

it.each([
  [{ type: 'focal' }],
  [{ type: 'focal', gamma: 0 }],
  [{ type: 'focal', gamma: 0.5 }],
  [{ type: 'mean-squared-error' }],
  [{ type: 'mean-absolute-error' }],
  [{ type: 'cross-entropy', weight: 2 }],
] as [LossTerm][])('%j has a finite gradient where a probability is 0 or 1', (term) => {
  const objective = new Objective({ classes: 3, losses: [term], labelSmoothing: 0, classWeights: null }); // prettier-ignore
  const sure = [[200, -200, 0]];
  const right = evaluate(objective, sure, [0]);
  const wrong = evaluate(objective, sure, [1]);
  for (const { value, gradient } of [right, wrong]) {
    expect([value, ...gradient].every(Number.isFinite)).toBe(true);
  }
  expect(right.value).toBeCloseTo(0, 6);
  expect(wrong.value).toBeGreaterThan(0.5);
});

describe('the weights of classes', () => {
  const context = { classes: ['a', 'b', 'c'], counts: [6, 2, 0] };

  it('balance: every class that occurs counts alike', () => {
    const weights = classWeightsOf('balanced', context);
    expect(weights).toEqual([8 / 18, 8 / 6, 1]);
    expect((weights[0] as number) * 6).toBeCloseTo((weights[1] as number) * 2, 12);
  });

  it('go by name, and are 1 otherwise', () => {
    expect(classWeightsOf({ c: 5, a: 0 }, context)).toEqual([0, 1, 5]);
  });

  it('refuse a name that is no class', () => {
    expect(() => classWeightsOf({ d: 1 }, context)).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID', remedy: 'the classes are a, b, c' }),
    );
  });
});

const PLACES: readonly WeightPlace[] = [
  { name: 'dense_1/kernel', shape: [2, 2], trainable: true, offset: 0, size: 4 },
  { name: 'dense_1/bias', shape: [2], trainable: true, offset: 4, size: 2 },
];

function ruled(options: ConstructorParameters<typeof GradientRules>[1]) {
  const rules = new GradientRules(PLACES, options);
  const apply = (gradient: number[], parameters: number[]) =>
    tf.tidy(() => rules.apply(tf.tensor1d(gradient), tf.tensor1d(parameters)).dataSync().slice());
  return { apply, dispose: () => rules.dispose() };
}

describe('rules of the gradient', () => {
  const both = [...kernel, ...bias];

  it.each(golden.clipped)("clip as Keras' $clip", ({ clip, gradient }) => {
    const rules = ruled({ clip });
    expectClose(rules.apply(both, both), gradient);
    rules.dispose();
  });

  it('clip a gradient of zeros to zeros', () => {
    for (const by of ['value', 'norm', 'global-norm'] as const) {
      const rules = ruled({ clip: { by, limit: 1 } });
      expect([...rules.apply([0, 0, 0, 0, 0, 0], both)]).toEqual([0, 0, 0, 0, 0, 0]);
      rules.dispose();
    }
  });

  it.each(golden.penalties)('add the penalty l1 $l1 l2 $l2 of kernels', ({ l1, l2, gradient }) => {
    const tensors = tf.memory().numTensors;
    const rules = ruled({ regularization: { l1, l2 } });
    expectClose(rules.apply([1, 1, 1, 1, 7, 7], both), [...gradient.map((g) => g + 1), 7, 7]);
    rules.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('add the penalty before they clip', () => {
    const rules = ruled({ regularization: { l1: 0, l2: 1 }, clip: { by: 'value', limit: 0.5 } });
    // 2w = 6, −1, 0.2, 0.4
    expectClose(rules.apply([0, 0, 0, 0, 0.2, 0.9], both), [0.5, -0.5, 0.2, 0.4, 0.2, 0.5]);
    rules.dispose();
  });
});
