/** A real server of a model that reads a picture and a text. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE, type ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder, STATE_FOLDER } from '../../src/artifacts/state-folder.ts';
import { loadPart, type LoadedPart } from '../../src/data/load-part.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { ModelManifest } from '../../src/ml/model.ts';
import { buildNetwork } from '../../src/ml/network.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from '../activities/step-context.ts';
import { promoteModel } from '../activities/trained-model.ts';
import type { ModelProject } from '../predict/model-project.ts';
import { ServerRig } from './server-rig.ts';

/** Four million values of a pass hold so many rows of 400 × 400 × 3 and 8 values. */
const FITTING_ROWS = 8;
const ROWS = [0, 1, 2, 3].map((row) => ({ file: `${row}.png`, note: `note ${row % 3} of many` }));

let place: TestPlace;
let folder: string;
let part: LoadedPart;
let expected: Float32Array;
let rig: ServerRig;

beforeAll(async () => {
  place = await makeTestPlace();
  folder = path.join(place.folder, 'project');
  mkdirSync(folder);
  const stateFolder = path.join(folder, STATE_FOLDER);
  const store = await openFolderStore(artifactsFolder(stateFolder));
  for (const [row, { file }] of ROWS.entries()) {
    const create = { width: 5, height: 4, channels: 3, background: { r: 60 * row, g: 9, b: 200 } } as const;
    await sharp({ create }).png().toFile(path.join(folder, file));
  }
  const lines = ROWS.map(({ file, note }, row) => `${file},${note},${row % 2 ? 'a' : 'b'}`);
  writeFileSync(path.join(folder, 'rows.csv'), ['file,note,label', ...lines].join('\n'));
  part = await encode(store);
  const { model, classifier } = await seededModel(store);
  expected = await classifier.predict(part.x, part.rows);
  classifier.dispose();
  await promoteModel(stateFolder, model, 'run-1');
  rig = await new ServerRig({ stateFolder } as ModelProject).start();
}, 120_000); // prettier-ignore
afterAll(async () => {
  await rig.running.stop();
  await place.remove();
});

async function encode(store: ArtifactStore): Promise<LoadedPart> {
  const input = {
    source: 'rows.csv',
    target: 'label',
    features: [
      { type: 'image', columns: 'file', from: 'files', shape: [400, 400, 3] },
      { type: 'text', columns: 'note', length: 8, minCount: 1 },
    ],
    split: { train: 1, validation: 0, test: 0, stratify: false },
  };
  const { dataset } = await datasetStep.run(
    decodeWith<DatasetStep['with']>('dataset', input),
    place.context({ store, dataRoot: folder }),
  );
  return loadPart(store, dataset, 'train');
}

async function seededModel(store: ArtifactStore) {
  const { inputShape, inputs, featureNames, encoders, classes, target } = part.manifest;
  const architecture = {
    ...{ version: 1 as const, inputShape, inputs: inputs ?? [], classes: 2, seed: 3 },
    layers: [
      { type: 'globalAveragePooling2d' as const, inputs: ['file'], name: 'seen' },
      { type: 'embedding' as const, vocabulary: inputs?.[1]?.vocabulary ?? 0, units: 4, maskZero: true, inputs: ['note'] },
      { type: 'globalAveragePooling1d' as const, name: 'read' },
      { type: 'concatenate' as const, inputs: ['seen', 'read'] },
      { type: 'dense' as const, units: 2, activation: 'softmax' as const },
    ],
  }; // prettier-ignore
  await loadBackend();
  const network = buildNetwork(architecture);
  const manifest: ModelManifest = {
    ...{ version: 1, type: 'network', architecture },
    input: { inputShape, ...(inputs && { inputs }), featureNames, encoders, classes, target },
    weights: await store.put(network.exportWeights(), MEDIA_TYPE.weights),
    trainedOn: { dataset: '0'.repeat(64), backend: 'test' },
  };
  network.dispose();
  const model = await store.putJson(manifest, MEDIA_TYPE.model);
  return { model, classifier: (await loadClassifier(store, model)).classifier };
}

const sent = (row: number) => ({
  file: readFileSync(path.join(folder, ROWS[row]!.file)).toString('base64'),
  note: ROWS[row]!.note,
});

it('gives the bits of the data set for pictures in base64 and texts', async () => {
  const answers = await Promise.all(ROWS.map((_, row) => rig.predict([sent(row)])));
  for (const [at, row] of part.sourceRows.entries()) {
    const { probabilities } = answers[row]!.predictions[0]!;
    const bits = part.manifest.classes.map((name) => probabilities[name]);
    expect(bits).toEqual([...expected.subarray(at * 2, at * 2 + 2)]);
  }
});

it('reads no file of its machine', async () => {
  for (const file of ['0.png', path.join(folder, '0.png'), '../0.png', 'abcd']) {
    const { status, json } = await rig.post(JSON.stringify({ rows: [{ ...sent(0), file }] }));
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'DATA_INVALID', faults: [{ row: 0, column: 'file' }] });
  }
});

it('takes fewer rows where each has many values, and says how many', async () => {
  const { status, json } = await rig.post(
    JSON.stringify({ rows: Array(FITTING_ROWS + 1).fill(sent(0)) }),
  );
  expect({ status, json }).toMatchObject({ status: 413, json: { code: 'SERVE_TOO_LARGE' } });
  const described = (await rig.ask('GET', '/model')).json;
  expect(described).toMatchObject({
    maxRows: FITTING_ROWS,
    row: { properties: { file: { contentEncoding: 'base64' }, note: { maxLength: 65_536 } } },
  });
});
