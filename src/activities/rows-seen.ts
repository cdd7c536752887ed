/**
 * Which rows models were fitted to, in their own run and in the runs whose weights they started
 * from. A new split puts such rows into the new test part, where they would flatter the model that
 * knows them.
 */
import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Encoder, PartName } from '../data/dataset.ts';
import { loadPart } from '../data/load-part.ts';
import { transcodeRows } from '../data/transcode-rows.ts';
import { isPipelineError } from '../errors.ts';
import type { StepContext } from './step.ts';
import { trainingsOf } from './trainings-of.ts';

export interface LabelledRows {
  /** `[rows, values]`, encoded by the encoders that the rows were collected with. */
  readonly x: Float32Array;
  /** `[rows]`. */
  readonly labels: readonly string[];
}

export interface RowsSeen {
  /** `[rows]`: whether a row with these values and this label was among them. */
  of(rows: LabelledRows): boolean[];
  /** `false` where a model does not say what it was trained on, or that is gone. */
  readonly complete: boolean;
}

export interface RowsSeenOptions {
  /** Parts that count, such as train, and validation where that chose when to stop. */
  readonly parts: readonly PartName[];
  /** What rows are compared in; data encoded otherwise is translated. */
  readonly encoders: readonly Encoder[];
}

/** @throws PipelineError `MODEL_INVALID`, `DATA_INVALID`, `ARTIFACT_CORRUPT` as loading does. */
export async function rowsSeenBy(
  models: readonly ArtifactRef[],
  { parts, encoders }: RowsSeenOptions,
  context: StepContext,
): Promise<RowsSeen> {
  const { datasets, missing } = await findDatasets(models, context);
  const keys = new Set<string>();
  let complete = missing === 0;
  for (const dataset of datasets) {
    context.signal.throwIfAborted();
    context.heartbeat();
    try {
      for (const name of parts) {
        const { manifest, rows, x, y } = await loadPart(context.store, dataset, name);
        const labels = Array.from(y, (label) => manifest.classes[label] ?? '');
        const translated = transcodeRows({ x, rows }, manifest.encoders, encoders);
        keysOf({ x: translated, labels }).forEach((key) => keys.add(key));
      }
    } catch (error) {
      // Data of other columns cannot hold these rows in a form that could be told.
      if (!isPipelineError(error)) throw error;
      if (error.code !== 'ARTIFACT_NOT_FOUND' && error.code !== 'SHAPE_MISMATCH') throw error;
      complete = false;
    }
  }
  return { of: (rows) => keysOf(rows).map((key) => keys.has(key)), complete };
}

/** Follows members of fusions, and what training started from. */
async function findDatasets(
  models: readonly ArtifactRef[],
  { store }: StepContext,
): Promise<{ datasets: readonly ArtifactRef[]; missing: number }> {
  const datasets = new Map<string, ArtifactRef>();
  let missing = 0;
  for await (const { data } of trainingsOf(models, store, ({ startedFrom }) => startedFrom)) {
    if (data) datasets.set(data.sha256, data);
    else missing += 1;
  }
  return { datasets: [...datasets.values()], missing };
}

/** Finer differences are what translating between encoders costs, and no other row. */
const STEPS_PER_UNIT = 1_000;

function keysOf({ x, labels }: LabelledRows): string[] {
  const width = labels.length === 0 ? 0 : x.length / labels.length;
  return labels.map((label, row) => {
    // + 0 makes −0 a 0, whose bytes differ.
    const values = Float64Array.from(
      x.subarray(row * width, (row + 1) * width),
      (value) => Math.round(value * STEPS_PER_UNIT) + 0,
    );
    const hash = createHash('sha256').update(`${label}\0`).update(new Uint8Array(values.buffer));
    return hash.digest('base64').slice(0, 24);
  });
}
