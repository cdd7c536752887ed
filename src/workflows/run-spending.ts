/** What a run has spent until now, for the budgets of its gates. Pure. */
import type { Json, JsonObject } from '../json.ts';
import type { PlanStep, Template } from '../plan/plan.ts';
import type { GateStatus, StepStatus } from './run-state.ts';

/** A figure that the evidence does not tell is `null`. */
export interface Spent {
  readonly runSeconds: number;
  /** Of steps that train, those at work included. */
  readonly trainingSeconds: number;
  /** Of models, by explanations. */
  readonly evaluations: number | null;
  /** Floating-point operations of training. */
  readonly operations: number | null;
  /** Items that people were asked about. */
  readonly reviewItems: number;
}

export interface SpendingSources {
  readonly steps: readonly StepStatus[];
  readonly gates: readonly GateStatus[];
  readonly planned: readonly PlanStep[];
  readonly startedAtMs: number;
  readonly nowMs: number;
}

const TRAINING: readonly string[] = ['train', 'transfer', 'multi-task', 'search', 'fuse'];
/** A pass back costs about two passes forward. */
const PASSES = 3;

export function spentOf(sources: SpendingSources): Spent {
  const { steps, gates, startedAtMs, nowMs } = sources;
  // What was taken over from an earlier run was spent there.
  const own = steps.filter(({ cachedFrom }) => cachedFrom === undefined);
  const training = own.filter(({ kind }) => TRAINING.includes(kind));
  return {
    runSeconds: (nowMs - startedAtMs) / 1000,
    trainingSeconds: sum(
      training.map(({ startedAtMs: from, finishedAtMs: to }) =>
        from === null ? 0 : ((to ?? nowMs) - from) / 1000,
      ),
    ),
    evaluations: allOf(
      own
        .filter(({ kind, outputs }) => kind === 'explain' && outputs !== null)
        .map(({ outputs }) => numberAt(outputs, ['evaluations'])),
    ),
    operations: allOf(
      training.filter(({ outputs }) => outputs !== null).map((step) => operationsOf(step, sources)),
    ),
    reviewItems: sum(gates.map(({ subjects }) => subjects.length)),
  };
}

/** Known of a `train` whose network is an `architect` step's and whose data a `dataset` step's. */
function operationsOf(status: StepStatus, { steps, planned }: SpendingSources): number | null {
  const plan = planned.find(({ id }) => id === status.id);
  if (plan?.kind !== 'train' || plan.foreach || plan.repeat) return null;
  const outputsOf = (key: string): JsonObject | null => {
    const id = stepAt(plan.with, key);
    return steps.find((step) => step.id === id)?.outputs ?? null;
  };
  const factors = [
    numberAt(outputsOf('architecture'), ['operations']),
    numberAt(outputsOf('dataset'), ['rows', 'train']),
    numberAt(status.outputs, ['epochs']),
  ];
  return factors.reduce<number | null>(
    (product, factor) => (product === null || factor === null ? null : product * factor),
    PASSES,
  );
}

function stepAt(template: Template, key: string): string | null {
  const value = 'map' in template ? template.map[key] : undefined;
  return value !== undefined && 'ref' in value ? value.ref.step : null;
}

function numberAt(outputs: JsonObject | null, path: readonly string[]): number | null {
  let value: Json | undefined = outputs;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? (value as JsonObject)[key] : undefined;
  }
  return typeof value === 'number' ? value : null;
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

const allOf = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>(
    (total, one) => (total === null || one === null ? null : total + one),
    0,
  );
