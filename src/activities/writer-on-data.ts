/** Models that write a text, and what they write for a part of a data set. */
import type { ArtifactRef, ArtifactStore } from '../artifacts/artifact.ts';
import type { TextEncoder } from '../data/dataset.ts';
import { loadPart, type LoadedPart } from '../data/load-part.ts';
import type { ReadTarget } from '../data/read-target.ts';
import { PipelineError } from '../errors.ts';
import type { Json } from '../json.ts';
import { loadBackend } from '../ml/backend.ts';
import { decodeModel } from '../ml/decode-model.ts';
import type { InputContract } from '../ml/model.ts';
import { type Network, restoreNetwork } from '../ml/network.ts';
import { type ModelOnData, requireFit, requireRows } from './model-on-data.ts';
import type { StepContext } from './step.ts';
import { type Answer, type Decoding, isExact, referencesOf, writeRows } from './write-rows.ts';

export interface Writer {
  readonly network: Network;
  readonly input: InputContract;
  readonly encoder: TextEncoder;
}

/** Takes the likeliest token each time. */
export const GREEDY: Decoding = { beam: 1, lengthPenalty: 0 };

/** @throws PipelineError `MODEL_INVALID`; as the store. */
export async function isWriter(model: ArtifactRef, store: ArtifactStore): Promise<boolean> {
  return decodeModel(await store.getJson<Json>(model)).input.labelShape !== undefined;
}

/**
 * Loads a model that writes a text, and the tensor backend; disposes it after the work.
 *
 * @throws PipelineError `SHAPE_MISMATCH` for a model that gives classes; `MODEL_INVALID`; as the store.
 */
export async function withWriter<T>(
  model: ArtifactRef,
  store: ArtifactStore,
  work: (writer: Writer) => Promise<T>,
): Promise<T> {
  await loadBackend();
  const manifest = decodeModel(await store.getJson<Json>(model));
  const { input } = manifest;
  if (manifest.type !== 'network' || !input.targetEncoder) {
    throw new PipelineError('SHAPE_MISMATCH', 'the model gives classes, and the target is a text', {
      remedy: 'use a model of the architecture family encoder-decoder',
    });
  }
  const network = restoreNetwork(manifest.architecture, await store.get(manifest.weights));
  try {
    return await work({ network, input, encoder: input.targetEncoder });
  } finally {
    network.dispose();
  }
}

export interface WrittenRow extends Answer {
  readonly reference: ReadTarget;
  /** Whether the very text was written, to its end. */
  readonly isExact: boolean;
}

/**
 * What a model writes for every row of a part, beside what people wrote.
 *
 * @throws PipelineError as `withWriter`; `SHAPE_MISMATCH` if model and data do not fit; `DATA_INVALID`
 * for a part without rows.
 */
export async function writePart(
  { model, dataset, part: name, decoding }: ModelOnData & { readonly decoding: Decoding },
  context: StepContext,
): Promise<{ readonly part: LoadedPart; readonly rows: readonly WrittenRow[] }> {
  const part = await loadPart(context.store, dataset, name);
  requireRows(part, name);
  return withWriter(model, context.store, async ({ network, input, encoder }) => {
    requireFit(input, part, 'the model');
    const { rows, x } = part;
    const answers = await writeRows({ network, encoder, rows, x, decoding }, context);
    const references = referencesOf(encoder, part.y);
    const written = answers.map((answer, row) => {
      const reference = references[row] as ReadTarget;
      return { ...answer, reference, isExact: isExact(answer.written, reference) };
    });
    return { part, rows: written };
  });
}

/** @returns the share of rows of which the very text was written, 0 to 1. */
export const exactShare = (rows: readonly WrittenRow[]): number =>
  rows.filter((row) => row.isExact).length / rows.length;

/** What a score of translations compares. */
export const wordPairs = (rows: readonly WrittenRow[]) =>
  rows.map(({ written, reference }) => ({ written: written.words, reference: reference.words }));
