/** Checks for drift, for record-histories.mjs: the real activity over a small model in a registry. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareWithTraining } from '../dist/activities/compare-with-training.js';
import { datasetStep } from '../dist/activities/dataset.js';
import { measureDrift } from '../dist/activities/measure-drift.js';
import { MEDIA_TYPE } from '../dist/artifacts/artifact.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { artifactsFolder } from '../dist/artifacts/state-folder.js';
import { openModelRegistry } from '../dist/registry/model-registry.js';
import { decodeWith } from '../dist/spec/step-schemas.js';
import { asActivity } from '../dist/temporal/activity-adapter.js';

const RUN = { id: 'run', pipeline: 'train', planDigest: '', submittedBy: 'ann' };

/** `a` rises evenly from a start, `y` says nothing. */
const tableOf = (rows, from) =>
  ['a,y', ...Array.from({ length: rows }, (_, row) => `${from + row / rows},${row % 2}`), ''].join(
    '\n',
  );

const openStore = (stateFolder) => openFolderStore(artifactsFolder(stateFolder));

/** The activity as a worker has it, but for the compute process. */
export const driftActivity = ({ dataRoot, stateFolder }) =>
  asActivity(async (input, { signal }) => {
    const store = await openStore(stateFolder);
    const compare = (job) => compareWithTraining(job, { store, signal });
    return measureDrift(input, { stateFolder, dataRoot, store, compare, note: () => undefined });
  });

/** Makes a model that was trained on such a table the production version of `name`. */
async function promote({ dataRoot, stateFolder }, name) {
  const store = await openStore(stateFolder);
  writeFileSync(path.join(dataRoot, 'training.csv'), tableOf(200, 0));
  const scratch = path.join(stateFolder, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const { dataset } = await datasetStep.run(
    decodeWith('dataset', { source: 'training.csv', target: 'y' }),
    {
      ...{ run: RUN, stepId: 'data', attempt: 1, store, dataRoot, scratch },
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      log: () => undefined,
    },
  );
  const { inputShape, featureNames, encoders, classes, target } = await store.getJson(dataset);
  const units = classes.length;
  const manifest = {
    version: 1,
    type: 'network',
    input: { inputShape, featureNames, encoders, classes, target },
    architecture: {
      ...{ version: 1, inputShape, classes: units, seed: 1 },
      layers: [{ type: 'dense', units, activation: 'softmax' }],
    },
    weights: await store.put(Buffer.alloc(8), MEDIA_TYPE.weights),
    trainedOn: { dataset: dataset.sha256, backend: 'none', data: dataset },
  };
  await openModelRegistry(stateFolder).promote({
    ...{ name, alias: 'production', run: RUN, step: 'promote', metrics: {} },
    ...{ auditStatus: null, reviewVerdict: null },
    model: await store.putJson(manifest, MEDIA_TYPE.model),
  });
}

/**
 * The data of a scene and its trigger. A scene without a model has nothing to compare with.
 *
 * @param stage.model  `none` or `trained`.
 */
export async function driftTrigger(stage, name, { model }) {
  if (model === 'trained') await promote(stage, name);
  writeFileSync(path.join(stage.dataRoot, 'new.csv'), tableOf(200, 0.5));
  return {
    ...{ every: '1s', source: 'new.csv', statistic: 'psi', threshold: 0.2, features: 1 },
    ...{ model: { name, alias: 'production' }, params: {} },
  };
}
