import type { PlanStep } from '../../src/plan/plan.ts';
import type { GateStatus, StepStatus } from '../../src/workflows/run-state.ts';
import { spentOf } from '../../src/workflows/run-spending.ts';

const step = (id: string, kind: string, change: Partial<StepStatus> = {}): StepStatus => ({
  id,
  kind,
  state: 'succeeded',
  startedAtMs: 1_000,
  finishedAtMs: 4_500,
  outputs: {},
  error: null,
  ...change,
});

const fit = {
  id: 'fit',
  kind: 'train',
  with: {
    map: {
      architecture: { ref: { step: 'net', path: ['architecture'] } },
      dataset: { ref: { step: 'data', path: ['dataset'] } },
    },
  },
} as unknown as PlanStep;

const STEPS = [
  step('data', 'dataset', { outputs: { rows: { train: 100 } } }),
  step('net', 'architect', { outputs: { operations: 2_000 } }),
  step('fit', 'train', { outputs: { epochs: 5 } }),
];

const spent = (steps: readonly StepStatus[], change = {}) =>
  spentOf({ steps, gates: [], planned: [fit], startedAtMs: 0, nowMs: 10_000, ...change });

it('sums what training took, and counts what it computed three times a pass', () => {
  expect(spent(STEPS)).toEqual({
    runSeconds: 10,
    trainingSeconds: 3.5,
    evaluations: 0,
    operations: 3 * 2_000 * 100 * 5,
    reviewItems: 0,
  });
});

it('counts nothing for what was taken over from an earlier run', () => {
  const kept = { cachedFrom: { run: 'r', step: 'fit' } };
  const steps = [...STEPS.slice(0, 2), step('fit', 'train', { outputs: { epochs: 5 }, ...kept })];
  expect(spent(steps)).toMatchObject({ trainingSeconds: 0, operations: 0 });
});

it('counts a training at work until now, and one that failed', () => {
  const running = step('a', 'search', { state: 'running', finishedAtMs: null, outputs: null });
  const failed = step('b', 'transfer', { state: 'failed', outputs: null });
  expect(spent([running, failed])).toMatchObject({ trainingSeconds: 9 + 3.5, operations: 0 });
});

it('says that it does not know what a search or an unknown network costs', () => {
  expect(spent([step('a', 'search')]).operations).toBeNull();
  expect(spent(STEPS.slice(1)).operations).toBeNull();
});

it('sums evaluations of explanations, where all tell them', () => {
  const told = step('a', 'explain', { outputs: { evaluations: 40 } });
  expect(spent([told, told]).evaluations).toBe(80);
  expect(spent([told, step('b', 'explain')]).evaluations).toBeNull();
});

it('counts the items that people were asked about', () => {
  const gates = [{ subjects: [{}, {}] }, { subjects: [{}] }] as unknown as GateStatus[];
  expect(spent(STEPS, { gates }).reviewItems).toBe(3);
});
