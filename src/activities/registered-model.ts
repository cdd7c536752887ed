/** The step `registered-model`: a model of the registry, for other steps to work with. */
import { registryOf } from './model-in-registry.ts';
import type { RegisteredModelStep } from './step-types.ts';
import type { Step } from './step.ts';

/**
 * The version is decided when the step runs: an alias that moves later changes nothing in this run.
 *
 * Errors: `MODEL_NOT_FOUND` where nothing has that name, or no version that alias;
 * `ARTIFACT_CORRUPT` for a damaged registry.
 */
export const registeredModelStep: Step<
  RegisteredModelStep['with'],
  RegisteredModelStep['outputs']
> = {
  kind: 'registered-model',

  async run({ name, alias }, context) {
    const { model, version, run, registeredAtMs } = await registryOf(context).getModel(name, alias);
    context.log('info', `${name} version ${version} is ${alias}`, { name, alias, version });
    return { model, version, run: run.id, registeredAt: new Date(registeredAtMs).toISOString() };
  },
};
