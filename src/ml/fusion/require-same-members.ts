import { PipelineError } from '../../errors.ts';
import type { Classifier } from '../classifier.ts';
import type { InputContract } from '../model.ts';

/** @throws PipelineError `MODEL_INVALID` if a member has other classes or another input. */
export function requireSameMembers(
  { classes, inputShape }: Pick<InputContract, 'classes' | 'inputShape'>,
  members: readonly Classifier[],
): void {
  const index = members.findIndex(
    (member) =>
      member.classes.join('\0') !== classes.join('\0') ||
      member.inputShape.join() !== inputShape.join(),
  );
  if (index < 0) return;
  throw new PipelineError(
    'MODEL_INVALID',
    `Member ${index} of the fusion has other classes or another input shape than the fusion`,
  );
}
