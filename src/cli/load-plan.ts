/** From a pipeline file to a plan, for every verb that needs one. */
import path from 'node:path';
import type { Plan } from '../plan/plan.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import { loadSpec } from '../spec/load-spec.ts';
import type { Scene } from './verb.ts';

/** @throws PipelineErrors with every fault, located in the file as the person named it. */
export function loadPlan(
  scene: Scene,
  file: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Plan> {
  const absolute = path.resolve(scene.terminal.io.cwd, file);
  return loadPlanAt(absolute, file, params);
}
async function loadPlanAt(
  absolute: string,
  shown: string,
  params: Readonly<Record<string, string>>,
): Promise<Plan> {
  return compilePlan(await loadSpec(absolute, shown), params);
}
