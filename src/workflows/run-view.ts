/** A run as it is seen: by its expressions, by its status, by people. Pure. */
import type { Json, JsonObject } from '../json.ts';
import { everyStep } from '../plan/every-step.ts';
import type { Plan } from '../plan/plan.ts';
import { stepFacts } from '../plan/scope.ts';
import { countsOf } from './foreach.ts';
import type { Phase } from './phases.ts';
import { openPhase, stepIn } from './phases.ts';
import type { ResultSource } from './run-input.ts';
import type { StepFailure, StepStatus } from './run-state.ts';
import type { StepsProgress } from './step-progress.ts';

/**
 * What expressions may know of each step, made when it is asked for: a run of thousands of steps
 * evaluates thousands of expressions.
 */
export function liveFacts(
  phases: readonly Phase[],
  plan: Plan,
  outputsOf: Readonly<Record<string, JsonObject>>,
): JsonObject {
  const facts = {};
  for (const { id } of everyStep(plan)) {
    const get = (): Json => {
      const { state = 'pending', error = null } = stepIn(phases, id) ?? {};
      return stepFacts({ outputs: outputsOf[id], state, error });
    };
    Object.defineProperty(facts, id, { enumerable: true, get });
  }
  return facts;
}

/** The first step, in the order of the phases and of the plan, whose failure failed the run. */
export function firstFailed(
  phases: readonly Phase[],
): (StepFailure & { readonly step: string }) | null {
  for (const { graph, state } of phases) {
    const index = state.steps.findIndex(
      (step, at) => step.state === 'failed' && graph.isTolerant[at] !== true,
    );
    const error = state.steps[index]?.error;
    if (error) return { step: graph.ids[index] ?? '', ...error };
  }
  return null;
}

interface StepNotes {
  readonly progress: StepsProgress;
  readonly sources: Readonly<Record<string, ResultSource>>;
}

/** Of every phase that has begun; before the first has, of the pipeline's own steps. */
export function stepStatuses(
  phases: readonly Phase[],
  plan: Plan,
  { progress, sources }: StepNotes,
): StepStatus[] {
  const begun = phases.length > 0 ? phases : [openPhase('steps', plan, [])];
  return begun.flatMap(({ name, steps, state }) =>
    state.steps.map((step, index) => {
      const { id = '', kind = '' } = steps[index] ?? {};
      const items = progress.foreach[id];
      return {
        id,
        kind,
        ...step,
        ...(name === 'steps' ? {} : { phase: name }),
        ...(items ? { items: countsOf(items) } : {}),
        ...(sources[id] ? { cachedFrom: sources[id] } : {}),
      };
    }),
  );
}
