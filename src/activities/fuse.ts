import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { makeFusion } from './fusion/make-fusion.ts';
import { type Member, measureMember, type Metrics } from './fusion/measure-members.ts';
import { testFusion } from './fusion/test-fusion.ts';
import type { FuseStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = FuseStep['with'];

/**
 * Joins models into one and says whether that beats the best of them.
 *
 * average and vote count members alike unless `weights` are given; weighted-average and cascade are
 * fitted on the validation part, stacking and features on the training part. The fusion's figures
 * come from the stored model, not from its members.
 *
 * Errors: `SHAPE_MISMATCH` naming the member; `DATA_INVALID` without validation rows;
 * `SPEC_INVALID` for weights or thresholds that do not fit the members; as the method.
 */
export const fuseStep: Step<Input, FuseStep['outputs']> = {
  kind: 'fuse',

  async run(input, context) {
    const part = await loadPart(context.store, input.dataset, 'validation');
    requireClasses(part);
    requireValidationRows(part);
    const members: Member[] = [];
    for (const [index, ref] of input.members.entries()) {
      members.push(await measureMember(ref, `member ${index + 1}`, { part, context }));
    }
    const { model, weights, cascade } = await makeFusion(input, members, context);
    const fusion = await measureMember(model, 'the fusion', { part, context });
    const beatsBestMember = isBetterThanBest(fusion.metrics, members);
    if (!beatsBestMember) warn(fusion.metrics, members, context);
    const { dataset, seed = 0 } = input;
    const tested = await testFusion({ dataset, fusion, members, seed }, context);
    context.log('info', tested.message);
    return {
      model,
      weights: [...weights],
      members: members.map(({ metrics }) => metrics),
      fused: fusion.metrics,
      beatsBestMember,
      ...tested,
      ...(cascade && { cascade }),
    };
  },
};

/** Members are joined by the probabilities that they give to classes. */
function requireClasses({ manifest }: LoadedPart): void {
  if (!manifest.labelShape) return;
  const message = 'fuse: the target of the data set is a text, and members give classes';
  const remedy = 'keep the model that is better on the validation part';
  throw new PipelineError('SPEC_UNSUPPORTED', message, { remedy });
}

function requireValidationRows({ rows }: LoadedPart): void {
  if (rows > 0) return;
  throw new PipelineError('DATA_INVALID', 'fuse: the validation part of the data set has no rows', {
    remedy: 'give `validation` a share in the split of the data set',
  });
}

/** Accuracy at least the best member's, and where they tie a loss lower than every such member. */
function isBetterThanBest(fused: Metrics, members: readonly Member[]): boolean {
  const best = Math.max(...members.map(({ metrics }) => metrics.accuracy));
  if (fused.accuracy !== best) return fused.accuracy > best;
  return members.every(({ metrics }) => metrics.accuracy < best || fused.loss < metrics.loss);
}

function warn(fused: Metrics, members: readonly Member[], context: StepContext): void {
  const shown = ({ accuracy, loss }: Metrics) =>
    `accuracy ${accuracy.toFixed(4)}, loss ${loss.toFixed(4)}`;
  const listed = members.map(({ metrics }, index) => `member ${index + 1}: ${shown(metrics)}`);
  context.log(
    'warn',
    `the fusion (${shown(fused)}) does not beat its best member on the validation part (${listed.join('; ')})`,
  );
}
