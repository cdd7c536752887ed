/**
 * Registers a model and moves an alias to it, unless an audit, a comparison or a review said no, or
 * the alias was rolled back from the very model before.
 */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { RegisteredModel } from '../registry/model-registry.ts';
import { registryOf } from './model-in-registry.ts';
import type { PromoteStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = PromoteStep['with'];
type Outputs = PromoteStep['outputs'];

/**
 * With a `comparison` the step succeeds whatever the verdict is, and says what is in production
 * now. An attempt after a crash gives the same: what this step has registered is not judged anew.
 *
 * Errors: `AUDIT_FAILED`; `REVIEW_REJECTED` where there is nothing else to keep; `MODEL_NOT_FOUND`
 * if the comparison was with a model that the registry lacks; `MODEL_INVALID`,
 * `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT` if the model could not be loaded again;
 * `STORE_UNWRITABLE`, `DISK_FULL`.
 */
export const promoteStep: Step<Input, Outputs> = {
  kind: 'promote',

  async run(input, context) {
    const { name, alias } = input;
    checkAudit(input);
    if (input.comparison === undefined) checkReview(input);
    const models = await registryOf(context).listModels();
    const registered = models.find((model) => model.name === name);
    const current = currentOf(registered, alias);
    const objection = isMine(registered, context)
      ? null
      : (objectionTo(input, current) ?? withdrawn(input, registered));
    if (objection === null) return promote(input, context);
    if (current === null) throw nothingToKeep(input, objection);
    const reason = `${name} version ${current} stays ${alias}: ${objection}`;
    context.log('info', reason, { name, version: current, alias });
    return { name, version: current, alias, previousVersion: current, promoted: false, reason };
  },
};

function checkAudit({ name, auditStatus }: Input): void {
  if (auditStatus !== 'fail') return;
  throw new PipelineError('AUDIT_FAILED', `${name} is not promoted: its audit failed`, {
    remedy: 'see the checks in the report; train a better model or change the bounds',
  });
}

function checkReview({ name, reviewVerdict }: Input): void {
  if (reviewVerdict !== 'rejected') return;
  throw new PipelineError('REVIEW_REJECTED', `${name} is not promoted: its review rejected it`, {
    remedy: 'see the decisions in the report',
  });
}

function currentOf(registered: RegisteredModel | undefined, alias: string): number | null {
  const { aliases = {} } = registered ?? {};
  return Object.hasOwn(aliases, alias) ? (aliases[alias] ?? null) : null;
}

const isMine = (registered: RegisteredModel | undefined, { run, stepId }: StepContext): boolean =>
  registered?.versions.some((version) => version.run.id === run.id && version.step === stepId) ??
  false;

/** @returns why the model is not promoted, or `null`. */
function objectionTo(input: Input, current: number | null): string | null {
  const { comparison, comparedWith, reviewVerdict } = input;
  if (comparison === undefined) return null;
  if (reviewVerdict === 'rejected') return 'the review rejected the new model';
  if (comparison === 'worse') return 'the new model is worse';
  if (comparison === 'same') return 'the new model says the same';
  if (comparison === 'unsure' && reviewVerdict !== 'approved') {
    return 'it is not sure that the new model is better, and no reviewer approved it';
  }
  // Another run may have promoted while this one waited for people.
  if (comparedWith === undefined || comparedWith === current) return null;
  const then = comparedWith === null ? 'nothing' : `version ${comparedWith}`;
  return `the new model was compared with ${then}, which it has replaced since`;
}

/** @returns why the very model was taken back before, if it was and is not wanted all the same. */
function withdrawn(
  { alias, model, afterRollBack }: Input,
  registered: RegisteredModel | undefined,
): string | null {
  if (afterRollBack === 'promote') return null;
  const found = registered?.withdrawn.find(
    (one) =>
      one.alias === alias && registered.versions[one.version - 1]?.model.sha256 === model.sha256,
  );
  if (found === undefined) return null;
  return `the same model was version ${found.version}, which ${found.by} rolled back: ${found.reason}`;
}

function nothingToKeep(input: Input, objection: string): PipelineError {
  checkReview(input);
  const { name, alias } = input;
  return new PipelineError(
    'MODEL_NOT_FOUND',
    `${name} is not promoted (${objection}), but no version of it is ${alias} that could stay`,
    { remedy: 'give `compare` the name and alias that `promote` has' },
  );
}

async function promote(input: Input, context: StepContext): Promise<Outputs> {
  const { model, name, alias, metrics = {}, auditStatus, reviewVerdict, comparison } = input;
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
  const why = comparison === undefined ? undefined : REASONS[comparison];
  const reason = `${name} version ${version} is now ${alias}${why === undefined ? '' : `: ${why}`}`;
  context.log('info', reason, { name, version, alias });
  return { name, version, alias, previousVersion, promoted: true, reason };
}

/** Why a verdict promotes, if it does. */
const REASONS: Partial<Record<NonNullable<Input['comparison']>, string>> = {
  first: 'there was none before',
  better: 'it is better than the one before',
  unsure: 'a reviewer approved it',
};

/** Reads every byte that the model consists of: what is promoted must be loadable. */
async function checkWhole(ref: ArtifactRef, store: ArtifactStore): Promise<void> {
  const model = decodeModel(await store.getJson<Json>(ref));
  if (model.type === 'network') await store.get(model.weights);
  else if (model.type === 'foreign') {
    for (const { artifact } of model.files) await store.get(artifact);
  } else for (const member of model.members) await checkWhole(member, store);
}
