import { PipelineError } from '../../errors.ts';

export interface ClassOrder {
  /** As the imported model has them. */
  readonly classes: readonly string[];
  /** Of each class, its place among the foreign model's outputs. */
  readonly order: readonly number[];
}

/**
 * @param given  the classes in the order of the foreign model's outputs. @default the data set's
 * @param ofData  the data set's. Where both have the same names, the data set's order counts, so that
 * the model stands beside others that were trained on it.
 * @throws PipelineError `SPEC_INVALID` without either, and for a class that is given twice.
 */
export function classOrder(
  given: readonly string[] | undefined,
  ofData: readonly string[] | undefined,
): ClassOrder {
  const named = given ?? ofData;
  if (!named) {
    throw new PipelineError('SPEC_INVALID', 'import needs `dataset` or `classes`', {
      remedy: 'name the data set, or the classes in the order of the model’s outputs',
    });
  }
  const twice = named.find((name, index) => named.indexOf(name) < index);
  if (twice !== undefined) {
    throw new PipelineError('SPEC_INVALID', `import: \`classes\` has "${twice}" twice`);
  }
  const isSame = ofData?.length === named.length && ofData.every((name) => named.includes(name));
  const classes = isSame ? ofData : named;
  return { classes, order: classes.map((name) => named.indexOf(name)) };
}
