/** Which rows a comparison with the model in production leaves out. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { PartName } from '../data/dataset.ts';
import type { LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import type { NamedModel, ProductionAnswers } from './compare-answers.ts';
import { rowsSeenBy } from './rows-seen.ts';
import type { StepContext } from './step.ts';

export interface TwoModels {
  readonly candidate: ArtifactRef;
  readonly other: NamedModel;
  readonly production: ProductionAnswers;
  readonly part: LoadedPart;
  readonly name: PartName;
}

/** A part is new to whoever learned from those before it. */
const PARTS_BEFORE: Readonly<Record<PartName, readonly PartName[]>> = {
  train: [],
  validation: ['train'],
  test: ['train', 'validation'],
};

/** @returns `[rows]` of the part: whether either model was fitted to the row. */
export async function rowsSeenByEither(
  { candidate, other, production, part, name }: TwoModels,
  context: StepContext,
): Promise<boolean[]> {
  const { x, encoders } = production;
  const parts = PARTS_BEFORE[name];
  const seen = await rowsSeenBy([candidate, other.model], { parts, encoders }, context);
  if (!seen.complete) {
    context.log(
      'warn',
      'not all that the two models were trained on is known: rows that one has seen may be among those compared',
    );
  }
  return seen.of({ x, labels: Array.from(part.y, (label) => part.manifest.classes[label] ?? '') });
}

export function nothingUnseen(part: PartName, { who }: NamedModel): PipelineError {
  return new PipelineError(
    'DATA_INVALID',
    `every row of the ${part} part was in the training of ${who}, or of what it started from`,
    { remedy: 'keep the seed of the split, or compare once there are new rows' },
  );
}
