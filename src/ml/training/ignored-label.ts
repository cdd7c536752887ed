import { SPECIAL_TOKENS } from '../../data/dataset.ts';
import type { Architecture } from '../model.ts';

/** The label that counts neither in the loss nor in any figure: padding, where the target is a text. */
export const ignoredLabel = ({
  labelShape,
}: Pick<Architecture, 'labelShape'>): number | undefined =>
  labelShape ? SPECIAL_TOKENS.padding : undefined;
