/** Stacking: a logistic model of what members say of rows that they never saw. */
import { loadPart } from '../../data/load-part.ts';
import type { StackingModel } from '../../ml/model.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { Retraining } from './retraining.ts';
import { rowsOfPart } from './rows-of-part.ts';

/**
 * Each member is made anew without each fold and answers for it; one that was imported never saw the
 * rows, and answers as it is. A training part that is stratified in folds of the seed is used whole.
 *
 * @throws PipelineError `SPEC_MISSING_KEY` without `training`; as training.
 */
export async function stackMembers(
  input: FuseStep['with'],
  context: StepContext,
): Promise<StackingModel> {
  const part = await loadPart(context.store, input.dataset, 'train');
  const retraining = new Retraining(input, part.manifest, context);
  return retraining.stack(input.members, { rows: rowsOfPart(part), name: 'member-' });
}
