/** What a transfer gains over training the same network from fresh weights. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { accuracyOf, predictedClasses } from '../ml/audit/metrics.ts';
import { pairedInterval } from '../ml/audit/paired-interval.ts';
import { predictRows, requireRows, withModelOnData } from './model-on-data.ts';
import type { StepContext } from './step.ts';
import type { TransferStep } from './step-types.ts';

export interface GainQuestion {
  readonly dataset: ArtifactRef;
  /** Of each pair of trainings. */
  readonly seeds: readonly number[];
  /** @returns the model of a training of this seed. */
  readonly train: (from: 'base' | 'scratch', seed: number) => Promise<ArtifactRef>;
}

/** @throws PipelineError `DATA_INVALID` without a test part; as the trainings. */
export async function gainOverScratch(
  { dataset, seeds, train }: GainQuestion,
  context: StepContext,
): Promise<NonNullable<TransferStep['outputs']['gain']>> {
  const measure = (model: ArtifactRef): Promise<number> =>
    withModelOnData({ model, dataset, part: 'test' }, context, async ({ classifier, part }) => {
      requireRows(part, 'test');
      return accuracyOf(part.y, predictedClasses(await predictRows(classifier, part, context)));
    });
  const transferred: number[] = [];
  const scratch: number[] = [];
  for (const seed of seeds) {
    transferred.push(await measure(await train('base', seed)));
    scratch.push(await measure(await train('scratch', seed)));
  }
  const differences = transferred.map((accuracy, at) => accuracy - (scratch[at] as number));
  const difference = { ...pairedInterval(differences, 0.95) };
  context.log('info', `gain over fresh weights: ${difference.value.toFixed(4)}`, difference);
  return { transferred, scratch, difference };
}
