/** A project with a data set of real rows, and models of it in the registry. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { predictStep } from '../../src/activities/predict.ts';
import type { StepContext } from '../../src/activities/step.ts';
import { MEDIA_TYPE, type ArtifactRef, type ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder, STATE_FOLDER } from '../../src/artifacts/state-folder.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import type { ModelManifest, Predictions } from '../../src/ml/model.ts';
import { buildNetwork } from '../../src/ml/network.ts';
import { promoteModel, storeTable } from '../activities/trained-model.ts';
import { ROOT } from '../activities/step-context.ts';
import { temporaryFolder } from '../temporal/harness.ts';

export interface ModelProject {
  readonly folder: string;
  readonly stateFolder: string;
  readonly storeFolder: string;
  readonly store: ArtifactStore;
  readonly dataset: ArtifactRef;
  /** The lines of the source, header first. */
  readonly lines: readonly string[];
  /** A network of the data's shape, its weights drawn by a seed. */
  makeModel(seed: number): Promise<ArtifactRef>;
  /** Makes it the next version of `digits@production`. */
  promote(model: ArtifactRef): Promise<number>;
  /** What the step `predict` says of the test part. */
  stepPredictions(model: ArtifactRef): Promise<Predictions>;
}

/** @param source  a file of pipelines/data. */
export async function makeModelProject(source: string, target: string): Promise<ModelProject> {
  const folder = temporaryFolder();
  const stateFolder = path.join(folder, STATE_FOLDER);
  const storeFolder = artifactsFolder(stateFolder);
  const store = await openFolderStore(storeFolder);
  const csv = readFileSync(path.join(ROOT, 'pipelines', 'data', source), 'utf8');
  const dataset = await storeTable(store, csv, { target });
  let promotions = 0;
  return {
    folder,
    stateFolder,
    storeFolder,
    store,
    dataset,
    lines: csv.trimEnd().split(/\r?\n/),
    makeModel: (seed) => storeSeeded(store, dataset, seed),
    promote: (model) => promoteModel(stateFolder, model, `run-${(promotions += 1)}`),
    stepPredictions: async (model) => {
      const context = { store, signal: new AbortController().signal, heartbeat: () => undefined };
      const input = { model, dataset, part: 'test' as const };
      const outputs = await predictStep.run(input, {
        ...context,
        log: () => undefined,
      } as unknown as StepContext);
      if (!('predictions' in outputs)) throw new Error('The model gives no classes');
      return store.getJson<Predictions>(outputs.predictions);
    },
  };
}

async function storeSeeded(
  store: ArtifactStore,
  dataset: ArtifactRef,
  seed: number,
): Promise<ArtifactRef> {
  await loadBackend();
  const manifest = await store.getJson<DatasetManifest>(dataset);
  const { inputShape, featureNames, encoders, classes, target } = manifest;
  const architecture = {
    version: 1 as const,
    inputShape,
    classes: classes.length,
    layers: [
      { type: 'dense' as const, units: 16, activation: 'tanh' as const },
      { type: 'dense' as const, units: classes.length, activation: 'softmax' as const },
    ],
    seed,
  };
  const network = buildNetwork(architecture);
  const model: ModelManifest = {
    version: 1,
    type: 'network',
    input: { inputShape, featureNames, encoders, classes, target },
    architecture,
    weights: await store.put(network.exportWeights(), MEDIA_TYPE.weights),
    trainedOn: { dataset: dataset.sha256, backend: 'test', data: dataset },
  };
  network.dispose();
  return store.putJson(model, MEDIA_TYPE.model);
}
