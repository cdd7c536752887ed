/** A stored data set as the step `dataset` makes it, and models that say they were trained on it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import type { JsonObject } from '../../src/json.ts';
import type { ModelManifest } from '../../src/ml/model.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';

/** @param given  of the step's `with`, besides source and format; the target is `label`. */
export async function storeTable(
  store: ArtifactStore,
  csv: string,
  given: JsonObject = {},
): Promise<ArtifactRef> {
  const folder = await mkdtemp(path.join(tmpdir(), 'modelwright-table-'));
  try {
    await writeFile(path.join(folder, 'table.csv'), csv);
    const input = { source: 'table.csv', target: 'label', ...given };
    const { dataset } = await datasetStep.run(decodeWith<DatasetStep['with']>('dataset', input), {
      run: { id: 'run', pipeline: 'test', planDigest: '', submittedBy: 'ann' },
      stepId: 'data',
      attempt: 1,
      store,
      dataRoot: folder,
      scratch: path.join(folder, 'scratch'),
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      log: () => undefined,
    });
    return dataset;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param data  left out as in models of earlier versions. */
export async function storeTrained(
  store: ArtifactStore,
  dataset: ArtifactRef,
  { data = dataset, seed = 1 }: { readonly data?: ArtifactRef | null; readonly seed?: number } = {},
): Promise<ArtifactRef> {
  const manifest = await store.getJson<DatasetManifest>(dataset);
  const { inputShape, featureNames, encoders, classes, target } = manifest;
  const model: ModelManifest = {
    version: 1,
    type: 'network',
    input: { inputShape, featureNames, encoders, classes, target },
    architecture: {
      version: 1,
      inputShape,
      classes: classes.length,
      layers: [{ type: 'dense', units: classes.length, activation: 'softmax' }],
      seed,
    },
    weights: await store.put(Buffer.alloc(8, seed), MEDIA_TYPE.weights),
    trainedOn: { dataset: dataset.sha256, backend: 'test', ...(data && { data }) },
  };
  return store.putJson(model, MEDIA_TYPE.model);
}

/** Makes the model the next version of `digits`, under the alias `production`. */
export async function promoteModel(
  stateFolder: string,
  model: ArtifactRef,
  run: string,
): Promise<number> {
  const { version } = await openModelRegistry(stateFolder).promote({
    name: 'digits',
    alias: 'production',
    model,
    run: { id: run, pipeline: 'test', planDigest: '', submittedBy: 'ann' },
    step: 'promote',
    metrics: {},
    auditStatus: null,
    reviewVerdict: null,
  });
  return version;
}

/** `a` rises evenly from a start, `b` is one of three letters, `label` says nothing. */
export function tableOf(rows: number, { from = 0, letters = 'xyz' } = {}): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const letter = letters[row % letters.length] ?? '';
    return `${from + (100 * row) / rows},${letter},${row % 2 ? 'yes' : 'no'}`;
  });
  return ['a,b,label', ...lines, ''].join('\n');
}
