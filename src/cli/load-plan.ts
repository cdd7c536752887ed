/** From a pipeline file to a plan, for every verb that needs one. */
import { compilePlan } from '../plan/compile-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { loadSpec } from '../spec/load-spec.ts';

/** @throws PipelineErrors with every fault, located in the file as the person named it. */
export function loadPlan(file: string, params: Readonly<Record<string, string>> = {}): Plan {
  return compilePlan(loadSpec(file), params);
}
