/** From a pipeline file to a plan, for every verb that needs one. */
import path from 'node:path';
import type { LoadPipeline } from '../plan/child-pipelines.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { loadSpec, loadSpecWithin } from '../spec/load-spec.ts';
import type { Scene } from './verb.ts';

/** @throws PipelineErrors with every fault, located in the file as the person named it. */
export function loadPlan(
  scene: Pick<Scene, 'project'>,
  file: string,
  params: Readonly<Record<string, string>> = {},
): Plan {
  return compilePlan(loadSpec(file), params, { load: pipelinesOf(scene) });
}

/** Reads the pipelines that steps run, from the project's folder. */
export const pipelinesOf =
  ({ project }: Pick<Scene, 'project'>): LoadPipeline =>
  (file) =>
    loadSpecWithin(project, file, path.relative(process.cwd(), path.join(project, file)));
