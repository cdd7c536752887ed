import type { DatasetManifest, Encoder } from '../data/dataset.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { StepContext } from './step.ts';

type Contract = Pick<DatasetManifest, 'inputShape' | 'encoders'>;

interface Reader {
  readonly own: Contract;
  /** As a message names it. */
  readonly who: string;
}

interface Asking {
  readonly context: StepContext;
  readonly step: string;
}

/**
 * Ids of words and places of categories mean the same to two networks only where they are the same.
 * Another scale of numbers is a warning.
 *
 * @throws PipelineError `SHAPE_MISMATCH`
 */
export function requireSameRows(
  { own, who }: Reader,
  { inputShape, encoders }: Contract,
  { context, step }: Asking,
): void {
  const [wanted, given] = [own.inputShape, inputShape].map((shape) => JSON.stringify(shape));
  if (wanted !== given) {
    const message = `${step}: ${who} takes rows of ${wanted}, but the data set has ${given}`;
    const remedy = `read the data in the shape that ${who} takes`;
    throw new PipelineError('SHAPE_MISMATCH', message, { remedy });
  }
  const isSame = (one: unknown, other: unknown) =>
    canonicalJson(one as Json) === canonicalJson(other as Json);
  const words = (all: readonly Encoder[]) =>
    all.filter(({ type }) => type === 'text' || type === 'category');
  if (!isSame(words(own.encoders), words(encoders))) {
    const message = `${step}: the data set has other vocabularies or categories than ${who}`;
    const remedy =
      'make both data sets of one vocabulary: read the second as the first, by `readAs`';
    throw new PipelineError('SHAPE_MISMATCH', message, { remedy });
  }
  if (isSame(own.encoders, encoders)) return;
  context.log('warn', `the data set scales its columns otherwise than the one of ${who}`);
}
