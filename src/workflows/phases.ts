/**
 * The phases of a run, one after the other; each is a graph of steps of its own.
 *
 *   steps ─▶ compensation ─▶ on-failure ─▶ finally
 *            (not succeeded)  (failed)      (always)
 */
import type { Plan, PlanStep } from '../plan/plan.ts';
import type { RunState, StepStatus } from './run-state.ts';
import type { SchedulerGraph, SchedulerState, StepProgress } from './scheduler.ts';
import { initialState, schedulerGraph } from './scheduler.ts';

export type PhaseName = 'steps' | NonNullable<StepStatus['phase']>;
export type Verdict = Extract<RunState, 'succeeded' | 'failed' | 'cancelled'>;

export interface Phase {
  readonly name: PhaseName;
  readonly steps: readonly PlanStep[];
  readonly graph: SchedulerGraph;
  state: SchedulerState;
  verdict: Verdict | null;
}

/** JSON of a phase that has begun; its steps and graph are made again from the plan. */
export interface CarriedPhase {
  readonly name: PhaseName;
  readonly state: SchedulerState;
  readonly verdict: Verdict | null;
}

const ORDER: readonly PhaseName[] = ['steps', 'compensation', 'on-failure', 'finally'];

/** @param verdict  of the pipeline's own steps */
export function phaseAfter(name: PhaseName, verdict: Verdict): PhaseName | null {
  const later = ORDER.slice(ORDER.indexOf(name) + 1);
  const isDue = (phase: PhaseName) =>
    phase === 'finally' ||
    (phase === 'on-failure' && verdict === 'failed') ||
    (phase === 'compensation' && verdict !== 'succeeded');
  return later.find(isDue) ?? null;
}

/** @param earlier  phases that have ended, in order */
export function openPhase(name: PhaseName, plan: Plan, earlier: readonly Phase[]): Phase {
  const steps = stepsOf(name, plan, earlier);
  const hasSucceeded = (id: string) => stepIn(earlier, id)?.state === 'succeeded';
  const graph = schedulerGraph(steps, hasSucceeded);
  return { name, steps, graph, state: initialState(graph), verdict: null };
}

/** How far a step of any phase has come. */
export function stepIn(phases: readonly Phase[], id: string): StepProgress | null {
  for (const { graph, state } of phases) {
    const index = graph.indexOf.get(id);
    if (index !== undefined) return state.steps[index] ?? null;
  }
  return null;
}

function stepsOf(name: PhaseName, plan: Plan, [main]: readonly Phase[]): readonly PlanStep[] {
  if (name === 'steps') return plan.steps;
  if (name === 'on-failure') return plan.onFailure ?? [];
  if (name === 'finally') return plan.finally ?? [];
  return main ? compensations(main) : [];
}

/** Undone in the reverse of the order in which they were done, each after the one before. */
function compensations({ steps, state }: Phase): readonly PlanStep[] {
  const finishedAt = (index: number) => state.steps[index]?.finishedAtMs ?? 0;
  const done = steps
    .map((step, index) => ({ undo: step.compensate, index }))
    .filter(({ index }) => state.steps[index]?.state === 'succeeded')
    .sort(
      (one, other) => finishedAt(other.index) - finishedAt(one.index) || other.index - one.index,
    )
    .flatMap(({ undo }) => undo ?? []);
  return done.map((step, index): PlanStep => {
    const before = done[index - 1];
    return { ...step, needs: [], after: before ? [before.id] : [] };
  });
}
