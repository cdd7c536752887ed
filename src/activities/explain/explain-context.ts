/** What the ways to explain know of model and data, under a seed. */
import type { DatasetManifest } from '../../data/dataset.ts';
import { loadPart } from '../../data/load-part.ts';
import { loadShown } from '../../data/load-shown.ts';
import { readPassage, textsOf } from '../../data/read-passage.ts';
import { predictionFunction } from '../../ml/explain/classifier-functions.ts';
import { sampleBackground } from '../../ml/explain/explain-rows.ts';
import type { ExplainContext, LocalMethod } from '../../ml/explain/local-method.ts';
import { joinModelCalls, type ModelCalls } from '../../ml/explain/model-calls.ts';
import type { RowBlock } from '../../ml/explain/model-function.ts';
import type { Passage } from '../../ml/explain/passages.ts';
import { requireRows, type LoadedModelOnData } from '../model-on-data.ts';
import type { ExplainStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

type Input = ExplainStep['with'];

/** @returns the context in which a row is explained under a seed. */
export type ContextOf = (seed: number) => ExplainContext;

export function joinedCalls({ classifier, part }: LoadedModelOnData): ModelCalls {
  return joinModelCalls({
    model: predictionFunction(classifier),
    width: part.manifest.featureNames.length,
    classes: classifier.classes.length,
  });
}

/** Under another seed other rows stand for absent features. */
export async function prepareContexts(
  input: Input,
  method: LocalMethod,
  { classifier, part, calls }: LoadedModelOnData & { readonly calls: ModelCalls },
  context: StepContext,
): Promise<ContextOf> {
  const onBatch = () => {
    context.signal.throwIfAborted();
    context.heartbeat();
  };
  const { manifest } = part;
  const reads = typeof method.reads === 'function' ? method.reads(manifest) : method.reads;
  const training = await trainingRows(input, reads, manifest, context);
  const all = {
    classifier,
    manifest,
    model: calls.model,
    texts: textsOf(manifest),
    textOf: await shownTexts(input, manifest, context),
    readPassage: (row: Float32Array, passage: Passage) =>
      readPassage(manifest.encoders, row, passage),
    onBatch,
  };
  return (seed) => ({
    ...all,
    settings: { ...input, seed },
    background:
      reads === 'background' ? sampleBackground(training, input.background, seed) : training,
  });
}

/** The texts of a part as they are written, where the data set keeps them. */
async function shownTexts(
  { dataset, part }: Input,
  manifest: DatasetManifest,
  { store }: StepContext,
): Promise<ExplainContext['textOf']> {
  if (textsOf(manifest).length === 0) return () => null;
  const { columns } = await loadShown(store, dataset, part);
  return (row, column) => columns[column]?.[row] ?? null;
}

async function trainingRows(
  { dataset }: Input,
  reads: 'nothing' | 'background' | 'training-part',
  { featureNames }: DatasetManifest,
  { store }: StepContext,
): Promise<RowBlock> {
  const values = featureNames.length;
  if (reads === 'nothing') return { x: new Float32Array(), rows: 0, values };
  const train = await loadPart(store, dataset, 'train');
  requireRows(train, 'train');
  return { x: train.x, rows: train.rows, values };
}
