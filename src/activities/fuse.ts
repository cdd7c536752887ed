import { MEDIA_TYPE, type ArtifactRef } from '../artifacts/artifact.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { accuracyOf, crossEntropyOf, predictedClasses } from '../ml/audit/metrics.ts';
import type { ProbabilityTable } from '../ml/audit/metrics.ts';
import { loadClassifier } from '../ml/classifier.ts';
import { fitWeights } from '../ml/fusion/fit-weights.ts';
import type { InputContract, ModelManifest } from '../ml/model.ts';
import { predictRows, requireFit } from './model-on-data.ts';
import type { FuseStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';

type Input = FuseStep['with'];
type Metrics = FuseStep['outputs']['fused'];

interface Member {
  readonly input: InputContract;
  readonly metrics: Metrics;
  /** `[rows]`: probability of each row's true class. */
  readonly likelihoods: Float32Array;
}

/**
 * Joins models into one and says whether that beats the best of them on the validation part.
 *
 * average and vote count members alike unless `weights` are given; weighted-average fits them on
 * the validation part. The fusion's figures come from the stored model, not from its members.
 *
 * Errors: `SHAPE_MISMATCH` naming the member; `DATA_INVALID` without validation rows;
 * `SPEC_INVALID` for weights that do not fit the members.
 */
export const fuseStep: Step<Input, FuseStep['outputs']> = {
  kind: 'fuse',

  async run(input, context) {
    const part = await loadPart(context.store, input.dataset, 'validation');
    requireValidationRows(part);
    const members: Member[] = [];
    for (const [index, ref] of input.members.entries()) {
      members.push(await measureMember(ref, index, part, context));
    }
    const weights = chooseWeights(input, members, context);
    const model = await storeFusion(input, members, weights, context);
    const fused = await measure(model, part, context);
    const beatsBestMember = isBetterThanBest(fused, members);
    if (!beatsBestMember) warn(fused, members, context);
    return {
      model,
      weights: [...weights],
      members: members.map(({ metrics }) => metrics),
      fused,
      beatsBestMember,
    };
  },
};

function requireValidationRows({ rows }: LoadedPart): void {
  if (rows > 0) return;
  throw new PipelineError('DATA_INVALID', 'fuse: the validation part of the data set has no rows', {
    remedy: 'give `validation` a share in the split of the data set',
  });
}

async function measureMember(
  ref: ArtifactRef,
  index: number,
  part: LoadedPart,
  context: StepContext,
): Promise<Member> {
  const { classifier, manifest } = await loadClassifier(context.store, ref);
  try {
    requireFit(manifest.input, part, `fuse: member ${index + 1}`);
    const table = await predictRows(classifier, part, context);
    const likelihoods = Float32Array.from(
      part.y,
      (label, row) => table.values[row * table.classes + label] ?? NaN,
    );
    return { input: manifest.input, metrics: metricsOf(part, table), likelihoods };
  } finally {
    classifier.dispose();
  }
}

async function measure(
  model: ArtifactRef,
  part: LoadedPart,
  context: StepContext,
): Promise<Metrics> {
  const { classifier } = await loadClassifier(context.store, model);
  try {
    return metricsOf(part, await predictRows(classifier, part, context));
  } finally {
    classifier.dispose();
  }
}

function metricsOf({ y }: LoadedPart, table: ProbabilityTable): Metrics {
  return { accuracy: accuracyOf(y, predictedClasses(table)), loss: crossEntropyOf(y, table) };
}

function chooseWeights(
  { method, weights, members }: Input,
  measured: readonly Member[],
  context: StepContext,
): readonly number[] {
  if (weights !== undefined) return normalise(weights, members.length);
  if (method !== 'weighted-average') return members.map(() => 1 / members.length);
  const fitted = fitWeights(measured.map(({ likelihoods }) => likelihoods));
  context.log('info', 'fitted the weights on the validation part', {
    weights: [...fitted.weights],
    loss: fitted.loss,
    gap: fitted.gap,
    iterations: fitted.iterations,
  });
  return fitted.weights;
}

function normalise(weights: readonly number[], members: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const usable = weights.every((weight) => weight >= 0) && sum > 0 && Number.isFinite(sum);
  if (weights.length !== members || !usable) {
    throw new PipelineError(
      'SPEC_INVALID',
      `fuse: weights [${weights.join(', ')}] do not fit ${members} members`,
      { remedy: 'give one weight of at least 0 per member, not all of them 0' },
    );
  }
  return weights.map((weight) => weight / sum);
}

async function storeFusion(
  { method, members }: Input,
  [first]: readonly Member[],
  weights: readonly number[],
  { store }: StepContext,
): Promise<ArtifactRef> {
  if (!first) throw new PipelineError('SPEC_INVALID', 'fuse: there are no members');
  const manifest: ModelManifest = {
    version: 1,
    type: 'fusion',
    input: first.input,
    method,
    weights,
    members,
  };
  return store.putJson(manifest, MEDIA_TYPE.model);
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
