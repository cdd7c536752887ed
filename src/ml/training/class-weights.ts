/** How much the loss of a row of each class counts. */
import { PipelineError } from '../../errors.ts';

export interface ClassWeightContext {
  /** Names, in the order of the labels. */
  readonly classes: readonly string[];
  /** Rows of each class in the training part. */
  readonly counts: readonly number[];
}

/**
 * `balanced`: n/(K·nₖ) for a class of nₖ of the n rows, so that all K classes count alike; a class
 * without rows has weight 1, which nothing uses. Otherwise by name, 1 for classes that are not named.
 *
 * @throws PipelineError `SPEC_INVALID` for a name that is no class.
 * @see King and Zeng 2001, "Logistic regression in rare events data", for the balanced weights
 */
export function classWeightsOf(
  wanted: 'balanced' | Readonly<Record<string, number>>,
  { classes, counts }: ClassWeightContext,
): readonly number[] {
  if (wanted === 'balanced') {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (count > 0 ? rows / (classes.length * count) : 1));
  }
  const unknown = Object.keys(wanted).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new PipelineError('SPEC_INVALID', `classWeights names "${unknown}", which is no class`, {
      remedy: `the classes are ${classes.join(', ')}`,
    });
  }
  return classes.map((name) => (Object.hasOwn(wanted, name) ? (wanted[name] as number) : 1));
}
