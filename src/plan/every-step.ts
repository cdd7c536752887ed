/** Every step of a plan, wherever it stands. Sandbox-safe. */
import type { Plan, PlanStep } from './plan.ts';

/** Steps that the plan names, in the order of its sections; compensations belong to theirs. */
export const everyStep = ({
  steps,
  onFailure = [],
  finally: last = [],
}: Plan): readonly PlanStep[] => [...steps, ...onFailure, ...last];

/** With compensations, each after the step that it undoes. */
export const everyStepAndUndoing = (plan: Plan): readonly PlanStep[] =>
  everyStep(plan).flatMap((step) => (step.compensate ? [step, step.compensate] : [step]));
