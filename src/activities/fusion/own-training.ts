/** How `fuse` trains what it must train itself. */
import { PipelineError } from '../../errors.ts';
import type { FuseStep } from '../step-types.ts';
import type { TrainingSettings } from '../training-settings.ts';

/** @throws PipelineError `SPEC_MISSING_KEY` where the method needs it. */
export function ownTraining({
  method,
  training,
  dataset,
  seed = 0,
}: FuseStep['with']): TrainingSettings {
  if (!training) {
    throw new PipelineError('SPEC_MISSING_KEY', `fuse: the method ${method} needs \`training\``, {
      remedy: 'add the key `training`',
    });
  }
  const { epochs, batchSize, learningRate } = training;
  const optimizer = { type: 'adam' as const, learningRate };
  return { dataset, epochs, batchSize, optimizer, seed, checkpoint: { every: '10s' } };
}
