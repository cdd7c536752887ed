import type { EpochRecord } from '../../../../src/ml/model.ts';
import { balanceTasks } from '../../../../src/ml/training/tasks/balance-tasks.ts';

const tasks = [
  { name: 'a', weight: 1 },
  { name: 'b', weight: 3 },
];

const epochOf = (a: number, b: number): EpochRecord => {
  const of = (loss: number) => ({
    loss, accuracy: 0, validationLoss: null, validationAccuracy: null, weight: 1,
  }); // prettier-ignore
  return {
    epoch: 1, loss: 0, accuracy: 0, validationLoss: null, validationAccuracy: null,
    learningRate: 0.1, endedAtMs: 0, tasks: { a: of(a), b: of(b) },
  }; // prettier-ignore
};

describe('fixed balance', () => {
  it('is the weights that were given', () => {
    const history = [epochOf(2, 2), epochOf(1, 2)];
    expect(balanceTasks(tasks, { type: 'fixed', temperature: 2 }, history)).toEqual([1, 3]);
  });
});

describe('dynamic balance', () => {
  const dynamic = { type: 'dynamic' as const, temperature: 2 };

  it('begins with the weights that were given', () => {
    expect(balanceTasks(tasks, dynamic, [])).toEqual([1, 3]);
    expect(balanceTasks(tasks, dynamic, [epochOf(2, 2)])).toEqual([1, 3]);
  });

  it('makes the task whose loss fell by less count more', () => {
    // Losses fell to 1/4 and to 1: the shares are e^(1/8) and e^(1/2) of their sum, times 2.
    const history = [epochOf(9, 9), epochOf(4, 2), epochOf(1, 2)];
    const [a, b] = balanceTasks(tasks, dynamic, history);
    const [one, other] = [Math.exp(0.25 / 2), Math.exp(1 / 2)];
    expect(a).toBeCloseTo((2 * one) / (one + other), 12);
    expect(b).toBeCloseTo((3 * 2 * other) / (one + other), 12);
  });

  it('does not break where a loss is gone', () => {
    const weights = balanceTasks(tasks, dynamic, [epochOf(0, 1), epochOf(0, 1e9)]);
    expect(weights.every(Number.isFinite)).toBe(true);
  });
});
