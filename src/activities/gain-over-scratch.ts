/** What one way of training gains over another, by pairs of trainings. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import { accuracyOf, predictedClasses } from '../ml/audit/metrics.ts';
import { pairedInterval } from '../ml/audit/paired-interval.ts';
import { predictRows, requireRows, withModelOnData } from './model-on-data.ts';
import type { StepContext } from './step.ts';
import type { TransferStep } from './step-types.ts';

export interface TrainingPairs {
  readonly dataset: ArtifactRef;
  /** Of each pair of trainings. */
  readonly seeds: readonly number[];
  /** The two ways. @returns the model of a training of this seed. */
  readonly train: (way: 'one' | 'other', seed: number) => Promise<ArtifactRef>;
  /** As the log says it, such as `gain over fresh weights`. */
  readonly what: string;
}

export interface PairedGain {
  /** Accuracies on the test part, by seed. */
  readonly one: number[];
  readonly other: number[];
  readonly difference: { readonly value: number; readonly low: number; readonly high: number };
}

/** @throws PipelineError `DATA_INVALID` without a test part; as the trainings. */
export async function compareTrainings(
  { dataset, seeds, train, what }: TrainingPairs,
  context: StepContext,
): Promise<PairedGain> {
  const measure = (model: ArtifactRef): Promise<number> =>
    withModelOnData({ model, dataset, part: 'test' }, context, async ({ classifier, part }) => {
      requireRows(part, 'test');
      return accuracyOf(part.y, predictedClasses(await predictRows(classifier, part, context)));
    });
  const one: number[] = [];
  const other: number[] = [];
  for (const seed of seeds) {
    one.push(await measure(await train('one', seed)));
    other.push(await measure(await train('other', seed)));
  }
  const differences = one.map((accuracy, at) => accuracy - (other[at] as number));
  const difference = { ...pairedInterval(differences, 0.95) };
  context.log('info', `${what}: ${difference.value.toFixed(4)}`, difference);
  return { one, other, difference };
}

export interface GainQuestion extends Pick<TrainingPairs, 'dataset' | 'seeds'> {
  readonly train: (from: 'base' | 'scratch', seed: number) => Promise<ArtifactRef>;
}

/** @throws PipelineError as `compareTrainings`. */
export async function gainOverScratch(
  { dataset, seeds, train }: GainQuestion,
  context: StepContext,
): Promise<NonNullable<TransferStep['outputs']['gain']>> {
  const { one, other, difference } = await compareTrainings(
    {
      ...{ dataset, seeds },
      what: 'gain over fresh weights',
      train: (way, seed) => train(way === 'one' ? 'base' : 'scratch', seed),
    },
    context,
  );
  return { transferred: one, scratch: other, difference };
}
