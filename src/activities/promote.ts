/** Registers a model and moves an alias to it, unless an audit or a review said no. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';
import { openModelRegistry } from '../registry/model-registry.ts';
import type { PromoteStep } from './step-types.ts';
import type { LocalStepContext } from './step-runner.ts';
import type { Step, StepContext } from './step.ts';

type Input = PromoteStep['with'];
type Outputs = PromoteStep['outputs'];

/**
 * Errors: `AUDIT_FAILED`, `REVIEW_REJECTED`; `MODEL_INVALID`, `ARTIFACT_NOT_FOUND`,
 * `ARTIFACT_CORRUPT` if the model could not be loaded again; `STORE_UNWRITABLE`, `DISK_FULL`.
 */
export const promoteStep: Step<Input, Outputs> = {
  kind: 'promote',

  async run(input, context) {
    const { model, name, alias, metrics = {}, auditStatus, reviewVerdict } = input;
    checkGates(input);
    await checkWhole(model, context.store);
    const { version, previousVersion } = await registryOf(context).promote({
      name,
      alias,
      model,
      run: context.run,
      step: context.stepId,
      metrics,
      auditStatus: auditStatus ?? null,
      reviewVerdict: reviewVerdict ?? null,
    });
    context.log('info', `${name} version ${version} is now ${alias}`, { name, version, alias });
    return { name, version, alias, previousVersion };
  },
};

function checkGates({ name, auditStatus, reviewVerdict }: Input): void {
  if (auditStatus === 'fail') {
    throw new PipelineError('AUDIT_FAILED', `${name} is not promoted: its audit failed`, {
      remedy: 'see the checks in the report; train a better model or change the bounds',
    });
  }
  if (reviewVerdict === 'rejected') {
    throw new PipelineError('REVIEW_REJECTED', `${name} is not promoted: a reviewer rejected it`, {
      remedy: 'see the decisions in the report',
    });
  }
}

/** Reads every byte that the model consists of: what is promoted must be loadable. */
async function checkWhole(ref: ArtifactRef, store: ArtifactStore): Promise<void> {
  const model = decodeModel(await store.getJson<Json>(ref));
  if (model.type === 'network') await store.get(model.weights);
  else for (const member of model.members) await checkWhole(member, store);
}

function registryOf(context: StepContext): ReturnType<typeof openModelRegistry> {
  const { stateFolder } = context as Partial<LocalStepContext>;
  if (stateFolder === undefined) {
    throw new PipelineError('INTERNAL', 'promote runs in the worker, which knows the state folder');
  }
  return openModelRegistry(stateFolder);
}
