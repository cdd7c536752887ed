/** The registry of models, for the steps that read or move what is in production. */
import { isPipelineError, PipelineError } from '../errors.ts';
import {
  openModelRegistry,
  type ModelRegistry,
  type ModelVersion,
} from '../registry/model-registry.ts';
import type { LocalStepContext } from './step-runner.ts';
import type { StepContext } from './step.ts';

export interface RegistryName {
  readonly name: string;
  readonly alias: string;
}

export function registryOf(context: StepContext): ModelRegistry {
  const { stateFolder } = context as Partial<LocalStepContext>;
  if (stateFolder === undefined) {
    throw new PipelineError('INTERNAL', `step "${context.stepId}" was not told the state folder`);
  }
  return openModelRegistry(stateFolder);
}

/**
 * @returns `null` where nothing has that name, or no version that alias.
 * @throws PipelineError `ARTIFACT_CORRUPT` for a damaged registry.
 */
export function findModel(named: RegistryName, context: StepContext): Promise<ModelVersion | null> {
  return findVersion(registryOf(context), named);
}

/** As `findModel`. */
export async function findVersion(
  registry: ModelRegistry,
  { name, alias }: RegistryName,
): Promise<ModelVersion | null> {
  try {
    return await registry.getModel(name, alias);
  } catch (error) {
    if (isPipelineError(error) && error.code === 'MODEL_NOT_FOUND') return null;
    throw error;
  }
}
