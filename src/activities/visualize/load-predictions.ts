import { PipelineError } from '../../errors.ts';
import type { Predictions } from '../../ml/model.ts';
import type { StepContext } from '../step.ts';
import { need, type PictureType, type VisualizeInput } from './drawing.ts';

/** @throws PipelineError `DATA_INVALID` for predictions without rows, or that are not finite. */
export async function loadPredictions(
  input: VisualizeInput,
  { store }: StepContext,
  picture: PictureType,
): Promise<Predictions> {
  const found = await store.getJson<Predictions>(need(input, 'predictions', picture));
  if (found.labels.length === 0) {
    throw new PipelineError('DATA_INVALID', `visualize: ${picture} of predictions without rows`, {
      remedy: 'predict a part that has rows',
    });
  }
  // JSON has no NaN: what was not finite when it was written is null.
  const broken = found.probabilities.findIndex((row) => !row.every(Number.isFinite));
  if (broken >= 0) {
    throw new PipelineError(
      'DATA_INVALID',
      `visualize: the probabilities of row ${found.sourceRows[broken]} are not finite`,
      { remedy: 'predict again with a model whose answers are finite' },
    );
  }
  return found;
}
