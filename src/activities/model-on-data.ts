/** What the steps that run a model over a part of a data set have in common. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { PartName } from '../data/dataset.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import { PipelineError } from '../errors.ts';
import { canonicalJson, type Json } from '../json.ts';
import { loadClassifier, type Classifier } from '../ml/classifier.ts';
import type { ProbabilityTable } from '../ml/audit/metrics.ts';
import type { InputContract, ModelManifest } from '../ml/model.ts';
import type { StepContext } from './step.ts';

export interface ModelOnData {
  readonly model: ArtifactRef;
  readonly dataset: ArtifactRef;
  readonly part: PartName;
}

export interface LoadedModelOnData {
  /** Disposed when the work is done. */
  readonly classifier: Classifier;
  readonly manifest: ModelManifest;
  readonly part: LoadedPart;
}

/**
 * Loads a model and a part, makes sure that they fit, and disposes the model after the work.
 *
 * @throws PipelineError `SHAPE_MISMATCH` if model and data differ in classes or input shape.
 */
export async function withModelOnData<T>(
  { model, dataset, part: name }: ModelOnData,
  context: StepContext,
  work: (loaded: LoadedModelOnData) => Promise<T>,
): Promise<T> {
  const part = await loadPart(context.store, dataset, name);
  const { classifier, manifest } = await loadClassifier(context.store, model);
  try {
    requireFit(manifest.input, part, 'the model');
    warnOfOtherEncoders(manifest.input, part, context);
    return await work({ classifier, manifest, part });
  } finally {
    classifier.dispose();
  }
}

/**
 * @param who  the model as a message names it, such as `member 2`.
 * @throws PipelineError `SHAPE_MISMATCH`
 */
export function requireFit(
  input: Pick<InputContract, 'classes' | 'inputShape' | 'inputs'>,
  { manifest }: Pick<LoadedPart, 'manifest'>,
  who: string,
): void {
  const own = { classes: input.classes, inputShape: input.inputShape, inputs: placesOf(input) };
  const given = { ...manifest, inputs: placesOf(manifest) };
  for (const key of ['classes', 'inputShape', 'inputs'] as const) {
    // Of a model of an earlier version the inputs may not be known.
    if (key === 'inputs' && input.inputs === undefined) continue;
    const [got, wanted] = [own[key], given[key]].map((value) => JSON.stringify(value));
    if (got !== wanted) {
      throw new PipelineError(
        'SHAPE_MISMATCH',
        `${who} has ${key} ${got}, but the data set has ${wanted}`,
        { remedy: 'use models that were trained on this data set' },
      );
    }
  }
}

/** What inputs are called matters to nobody who reads a row. */
const placesOf = ({ inputs = [] }: Pick<InputContract, 'inputs'>) =>
  inputs.map(({ shape, offset, vocabulary = null }) => ({ shape, offset, vocabulary }));

/** @throws PipelineError `DATA_INVALID` for a part without rows. */
export function requireRows(part: LoadedPart, name: PartName): void {
  if (part.rows > 0) return;
  throw new PipelineError('DATA_INVALID', `the ${name} part of the data set has no rows`, {
    remedy: `give it a share in the data set's split, or name another part`,
  });
}

/** Rows predicted between two signs of life. */
const ROWS_BETWEEN_BEATS = 4096;

/**
 * Probabilities of all rows of a part, with heartbeats; throws to stop a cancelled run.
 *
 * @throws PipelineError `MODEL_INVALID` if one is not finite: such rows would pass every rule
 * unseen.
 */
export async function predictRows(
  classifier: Classifier,
  { x, rows }: Pick<LoadedPart, 'x' | 'rows'>,
  context: Pick<StepContext, 'signal' | 'heartbeat'>,
): Promise<ProbabilityTable & { readonly values: Float32Array }> {
  const classes = classifier.classes.length;
  const values = new Float32Array(rows * classes);
  const width = x.length / rows;
  for (let first = 0; first < rows; first += ROWS_BETWEEN_BEATS) {
    context.signal.throwIfAborted();
    context.heartbeat();
    const end = Math.min(rows, first + ROWS_BETWEEN_BEATS);
    const some = x.subarray(first * width, end * width);
    values.set(await classifier.predict(some, end - first), first * classes);
  }
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    const row = Math.floor(broken / classes);
    throw new PipelineError('MODEL_INVALID', `the model gives ${values[broken]} for row ${row}`, {
      remedy: 'train it again, with a lower learning rate',
    });
  }
  return { values, rows, classes };
}

/** A model reads its own encoding: fitted on other rows, the same cell means something else. */
function warnOfOtherEncoders(input: InputContract, part: LoadedPart, context: StepContext): void {
  const [own, given] = [input.encoders, part.manifest.encoders].map((encoders) =>
    canonicalJson(encoders as unknown as Json),
  );
  if (own === given) return;
  context.log(
    'warn',
    'the data set encodes its columns otherwise than the one the model was trained on; expect worse figures',
  );
}
