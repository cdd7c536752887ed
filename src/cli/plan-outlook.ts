/** What a run of a plan will ask of people and do outside the store, and what is new about it. */
import { sideEffectOf } from '../activities/cache/cacheable-kinds.ts';
import type { ChangedValue, PlanDiff } from '../git/plan-diff.ts';
import { diffPlans } from '../git/plan-diff.ts';
import type { Plan, PlanStep } from '../plan/plan.ts';
import { keptRuns, readRunPlan } from './run-records.ts';

export interface SideEffect {
  readonly step: string;
  readonly kind: string;
  /** In words, such as `asks people`. */
  readonly effect: string;
  /** Where it is not among the steps of every run. */
  readonly only?: 'on failure' | 'finally' | 'undone by';
}

/** Of every step that may run, those that undo others among them. */
export function sideEffectsOf(plan: Plan): SideEffect[] {
  const undoing = plan.steps.flatMap(({ compensate }) => compensate ?? []);
  return [
    ...effects(plan.steps),
    ...effects(undoing, 'undone by'),
    ...effects(plan.onFailure ?? [], 'on failure'),
    ...effects(plan.finally ?? [], 'finally'),
  ];
}

function effects(steps: readonly PlanStep[], only?: SideEffect['only']): SideEffect[] {
  return steps.flatMap(({ id, kind }) => {
    const effect = sideEffectOf(kind);
    return effect === null ? [] : [{ step: id, kind, effect, ...(only && { only }) }];
  });
}

export interface ChangesSinceLastRun {
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly samePlan: boolean;
  readonly diff: PlanDiff;
}

/** @returns `null` where no run of this pipeline has left its plan here. */
export function changesSinceLastRun(stateFolder: string, plan: Plan): ChangesSinceLastRun | null {
  for (const { run, startedAtMs } of keptRuns(stateFolder)) {
    if (run.pipeline !== plan.pipeline) continue;
    const before = readRunPlan(stateFolder, run.id);
    if (before === null) continue;
    const samePlan = before.digest === plan.digest;
    return { run: run.id, startedAtMs, samePlan, diff: diffPlans(before, plan, new Set()) };
  }
  return null;
}

/** A line for each change. */
export function changeLines({ samePlan, diff }: ChangesSinceLastRun): string[] {
  if (samePlan) return ['the same plan'];
  const { params, settings, added, removed, changed, outputs } = diff;
  const lines = [
    ...params.map((value) => changeText('params.', value)),
    ...settings.map((value) => changeText('', value)),
    ...added.map(({ id, kind }) => `+ step ${id} (${kind})`),
    ...removed.map(({ id, kind }) => `- step ${id} (${kind})`),
    ...changed.flatMap(({ step, values }) =>
      values.map((value) => changeText(`step ${step.id}: `, value)),
    ),
    ...outputs.map((value) => changeText('outputs.', value)),
  ];
  return lines.length > 0 ? lines : ['only settings that no step shows'];
}

const changeText = (where: string, { path, before, after }: ChangedValue): string =>
  `${where}${path}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`;
