/** What two models say of the rows of one part, by names of classes. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Encoder } from '../data/dataset.ts';
import type { LoadedPart } from '../data/load-part.ts';
import { transcodeRows } from '../data/transcode-rows.ts';
import { PipelineError } from '../errors.ts';
import { likeliestClass, type ProbabilityTable } from '../ml/audit/metrics.ts';
import { loadClassifier } from '../ml/classifier.ts';
import { predictRows, requireFit } from './model-on-data.ts';
import type { StepContext } from './step.ts';

export interface Answer {
  /** Name of the likeliest class. */
  readonly says: string;
  /** Its probability. */
  readonly confidence: number;
}

/** @throws PipelineError `SHAPE_MISMATCH` if the model is of other classes or another shape. */
export async function answersOfCandidate(
  candidate: ArtifactRef,
  part: LoadedPart,
  context: StepContext,
): Promise<Answer[]> {
  const { classifier, manifest } = await loadClassifier(context.store, candidate);
  try {
    requireFit(manifest.input, part, 'the candidate');
    return answersOf(await predictRows(classifier, part, context), classifier.classes);
  } finally {
    classifier.dispose();
  }
}

export interface NamedModel {
  /** As messages call it, such as `digits version 3`. */
  readonly who: string;
  readonly model: ArtifactRef;
}

export interface ProductionAnswers {
  readonly answers: Answer[];
  /** The part as the model reads it, and by which encoders. */
  readonly x: Float32Array;
  readonly encoders: readonly Encoder[];
}

/**
 * The model reads the part through its own encoders: scaling by newer data must not count
 * against it. It may lack classes that the data has by now, and be wrong there.
 *
 * @throws PipelineError `SHAPE_MISMATCH` if it reads columns that the data set lacks, or knows
 * none of its classes.
 */
export async function answersOfProduction(
  { who, model }: NamedModel,
  part: LoadedPart,
  context: StepContext,
): Promise<ProductionAnswers> {
  const { classifier, manifest } = await loadClassifier(context.store, model);
  try {
    const { classes, encoders } = manifest.input;
    if (!classes.some((known) => part.manifest.classes.includes(known))) {
      throw new PipelineError(
        'SHAPE_MISMATCH',
        `${who} knows none of the classes of the data set`,
        { remedy: 'give the new model another name in the registry' },
      );
    }
    const x = transcodeRows(part, part.manifest.encoders, encoders);
    const table = await predictRows(classifier, { x, rows: part.rows }, context);
    return { answers: answersOf(table, classes), x, encoders };
  } finally {
    classifier.dispose();
  }
}

function answersOf(table: ProbabilityTable, classes: readonly string[]): Answer[] {
  return Array.from({ length: table.rows }, (_, row) => {
    const best = likeliestClass(table, row);
    return {
      says: classes[best] ?? '',
      confidence: table.values[row * table.classes + best] ?? NaN,
    };
  });
}
