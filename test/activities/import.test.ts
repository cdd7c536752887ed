import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explainStep } from '../../src/activities/explain.ts';
import { fuseStep } from '../../src/activities/fuse.ts';
import { importStep } from '../../src/activities/import.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { ImportStep } from '../../src/activities/step-types.ts';
import { transferStep } from '../../src/activities/transfer.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import { loadClassifier } from '../../src/ml/classifier.ts';
import type { LayerSpec, ModelManifest } from '../../src/ml/model.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { largestGap, readGolden } from '../ml/imports/golden-models.ts';
import {
  leavingNoTensors,
  noisyRows,
  storeDataset,
  storeModel,
  testContext,
} from './small-problem.ts';
import { ROOT } from './step-context.ts';

const PLACE = 'test/golden/imports';
const THREE = ['a', 'b', 'c'];

let folder: string;
let store: ReturnType<typeof testContext>['store'];
/** Pictures of [8, 8, 1] of the classes a, b and c. */
let pictures: ArtifactRef;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-import-'));
  ({ store } = testContext());
  const { x } = noisyRows(48, 64, 3);
  const rows = { x, y: x.map(([one, two]) => (one! > 0 ? 0 : two! > 0 ? 1 : 2)) };
  pictures = await storeDataset(store, {
    ...{ inputShape: [8, 8, 1], classes: THREE, train: rows, validation: rows, test: rows },
  });
});
afterAll(() => rm(folder, { recursive: true }));

let runs = 0;
function context() {
  runs += 1;
  return { ...testContext(), store, dataRoot: ROOT, scratch: path.join(folder, `${runs}`) };
}
const bring = (settings: object): Promise<ImportStep['outputs']> =>
  importStep.run(decodeWith('import', settings), context());

async function answers(model: ArtifactRef, x: Float32Array, rows: number): Promise<Float32Array> {
  const { classifier } = await loadClassifier(store, model);
  const found = await classifier.predict(x, rows);
  classifier.dispose();
  return found;
}

/** Rows of three sizes and of five steps with two features each, as inputs of these names. */
async function storeBranches(classes: readonly string[]): Promise<ArtifactRef> {
  const rows = { x: noisyRows(8, 13, 4).x, y: Array.from({ length: 8 }, (_, at) => at % 2) };
  const ref = await storeDataset(store, { inputShape: [13], classes, train: rows });
  const manifest = await store.getJson<DatasetManifest>(ref);
  const inputs = [
    { name: 'sizes', shape: [3], offset: 0 },
    { name: 'steps', shape: [5, 2], offset: 3 },
  ];
  return store.putJson({ ...manifest, inputs }, ref.mediaType);
}

describe.each([
  ['cnn.keras', 'cnn.keras', 'keras'],
  ['cnn.h5', 'cnn.h5', 'h5'],
  ['branches.keras', 'branches.keras', 'keras'],
  ['tfjs-cnn', 'tfjs-cnn/model.json', 'layers-model'],
  ['cnn-graph-model', 'cnn-graph-model/model.json', 'graph-model'],
  ['branches-graph-model', 'branches-graph-model/model.json', 'graph-model'],
  ['cnn-saved-model', 'cnn-saved-model', 'saved-model'],
  ['branches-saved-model', 'branches-saved-model', 'saved-model'],
])('%s', (name, file, format) => {
  it('answers as in the framework that made it, within 1e-5', async () => {
    const { rows, x, outputs } = await readGolden(name);
    const isBranches = name.startsWith('branches');
    const wanted = isBranches ? outputs.flatMap((value) => [1 - value, value]) : outputs;
    const dataset = isBranches ? await storeBranches(['no', 'yes']) : pictures;
    const found = await leavingNoTensors(async () => {
      const made = await bring({ file: `${PLACE}/${file}`, dataset });
      expect(made.format).toBe(format);
      return answers(made.model, x, rows);
    });
    expect(largestGap(found, wanted)).toBeLessThan(1e-5);
  });
});

describe('of two inputs', () => {
  it.each(['branches-2.h5', 'tfjs-branches/model.json'])(
    'takes each from where the data set has it, whatever the order: %s',
    async (file) => {
      const name = file.split('/')[0] as string;
      const { rows, x, outputs } = await readGolden(name);
      const classes = name === 'tfjs-branches' ? THREE : ['no', 'yes'];
      const { model } = await bring({
        ...{ file: `${PLACE}/${file}`, dataset: await storeBranches(classes) },
      });
      const found = await answers(model, ordered(name, x, rows), rows);
      const wanted = classes === THREE ? outputs : outputs.flatMap((value) => [1 - value, value]);
      expect(largestGap(found, wanted)).toBeLessThan(1e-5);
    },
  );

  /** The golden of TensorFlow.js has the steps first. */
  function ordered(name: string, x: Float32Array, rows: number): Float32Array {
    if (name !== 'tfjs-branches') return x;
    return Float32Array.from(
      Array.from({ length: rows }, (_, row) => {
        const own = [...x.subarray(13 * row, 13 * row + 13)];
        return [...own.slice(10), ...own.slice(0, 10)];
      }).flat(),
    );
  }
});

describe('what it is told', () => {
  const file = `${PLACE}/cnn.keras`;

  it('puts classes into the order of the data set', async () => {
    const { rows, x, outputs } = await readGolden('cnn.keras');
    const made = await bring({ file, dataset: pictures, classes: ['c', 'a', 'b'] });
    expect(made.classes).toEqual(THREE);
    const wanted = Array.from(outputs, (_, at) => outputs[at - (at % 3) + [1, 2, 0][at % 3]!]!);
    expect(largestGap(await answers(made.model, x, rows), wanted)).toBeLessThan(1e-5);
  });

  it('does so for a model that it cannot convert', async () => {
    const { rows, x, outputs } = await readGolden('cnn-graph-model');
    const made = await bring({
      ...{ file: `${PLACE}/cnn-graph-model/model.json`, dataset: pictures },
      classes: ['c', 'a', 'b'],
    });
    const wanted = Array.from(outputs, (_, at) => outputs[at - (at % 3) + [1, 2, 0][at % 3]!]!);
    expect(largestGap(await answers(made.model, x, rows), wanted)).toBeLessThan(1e-5);
  });

  it('names the layers as the framework does, and counts them', async () => {
    const made = await bring({ file, dataset: pictures });
    expect(made).toMatchObject({ converted: true, inputShape: [8, 8, 1], classes: THREE });
    expect(made.layers[0]).toEqual({
      ...{ name: 'conv2d', type: 'conv2d', outputShape: [8, 8, 4], parameters: 40 },
    });
    const closed = await bring({ file: `${PLACE}/cnn-saved-model`, dataset: pictures });
    expect(closed).toMatchObject({ converted: false, parameters: null, layers: [] });
  });

  it.each([
    ['neither data nor classes', { file }, 'SPEC_INVALID'],
    ['a class twice', { file, classes: ['a', 'a', 'b'] }, 'SPEC_INVALID'],
    ['another number of classes', { file, classes: ['a', 'b'] }, 'SHAPE_MISMATCH'],
    ['another number of classes', { file: `${PLACE}/cnn-saved-model`, classes: ['a', 'b'] }, 'SHAPE_MISMATCH'],
    ['logits that are none', { file, classes: THREE, output: 'logits' }, 'SPEC_INVALID'],
    ['logits that are none', { file: `${PLACE}/cnn-saved-model`, classes: THREE, output: 'logits' }, 'SPEC_INVALID'],
    ['no word of logits', { file: `${PLACE}/rnn.keras`, classes: THREE }, 'SPEC_INVALID'],
    ['a layout of layers', { file, classes: THREE, layout: 'channels-first' }, 'SPEC_INVALID'],
    ['no such signature', { file: `${PLACE}/cnn-saved-model`, classes: THREE, signature: 'x' }, 'MODEL_UNSUPPORTED'],
    ['no such output', { file: `${PLACE}/cnn-saved-model`, classes: THREE, outputName: 'x' }, 'SPEC_INVALID'],
    ['no such file', { file: `${PLACE}/none.keras`, classes: THREE }, 'DATA_NOT_FOUND'],
    ['a way out', { file: '../x.keras', classes: THREE }, 'DATA_PATH_REFUSED'],
  ])('refuses %s: %#', async (_, settings, code) => {
    await leavingNoTensors(() => expect(bring(settings)).rejects.toMatchObject({ code }));
  }); // prettier-ignore

  it('refuses data of another shape, and of more words than the model knows', async () => {
    const flat = await storeDataset(store, { inputShape: [64], classes: THREE });
    await expect(bring({ file, dataset: flat })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    const ref = await storeDataset(store, { inputShape: [6], classes: THREE });
    const manifest = await store.getJson<DatasetManifest>(ref);
    const inputs = [{ name: 'text', shape: [6], offset: 0, vocabulary: 10 }];
    const dataset = await store.putJson({ ...manifest, inputs }, ref.mediaType);
    const words = { file: `${PLACE}/rnn.keras`, output: 'logits', dataset };
    await expect(bring(words)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });
});

describe('steps after it', () => {
  const hidden: LayerSpec[] = [{ type: 'flatten' }];
  const native = () => storeModel(store, { inputShape: [8, 8, 1], classes: THREE, hidden });

  it('train a converted model further, from its own weights', async () => {
    const base = (await bring({ file: `${PLACE}/cnn.keras`, classes: ['x', 'y', 'z'] })).model;
    const outputs = await leavingNoTensors(() =>
      transferStep.run(
        decodeWith('transfer', {
          base,
          dataset: pictures,
          epochs: 2,
          freeze: ['conv2d*'],
          seed: 1,
        }),
        context(),
      ),
    );
    expect(outputs.transferred.layers).toContain('batch_normalization');
    const before = await weightsOf(base);
    const after = await weightsOf(outputs.model);
    // The first convolution: 3·3·1·4 values and 4 biases.
    expect([...after.subarray(0, 40)]).toEqual([...before.subarray(0, 40)]);
    expect(after.subarray(40, 60)).not.toEqual(before.subarray(40, 60));
  });

  async function weightsOf(model: ArtifactRef): Promise<Float32Array> {
    const manifest = await store.getJson<ModelManifest>(model);
    if (manifest.type !== 'network') throw new Error('it is no network');
    const bytes = await store.get(manifest.weights);
    return new Float32Array(Uint8Array.from(bytes).buffer);
  }

  it.each(['cnn.keras', 'cnn-graph-model/model.json', 'cnn-saved-model'])(
    'fuse %s with a network of ours',
    async (file) => {
      const { model } = await bring({ file: `${PLACE}/${file}`, dataset: pictures });
      const own = await native();
      const { model: fused } = await leavingNoTensors(() =>
        fuseStep.run(
          decodeWith('fuse', { dataset: pictures, members: [model, own], method: 'average' }),
          context(),
        ),
      );
      const x = Float32Array.from(noisyRows(3, 64, 9).x.flat());
      const [all, one, two] = [
        await answers(fused, x, 3),
        await answers(model, x, 3),
        await answers(own, x, 3),
      ];
      const mean = one.map((value, at) => (value + two[at]!) / 2);
      expect(largestGap(all, mean)).toBeLessThan(1e-6);
    },
  );

  it('stack a model that cannot be trained as it is', async () => {
    const { model } = await bring({ file: `${PLACE}/cnn-saved-model`, dataset: pictures });
    const training = { epochs: 2, batchSize: 16, learningRate: 0.01 };
    const members = [model, await native()];
    const outputs = await fuseStep.run(
      decodeWith('fuse', { dataset: pictures, members, method: 'stacking', folds: 2, training }),
      context(),
    );
    expect(outputs.fused.accuracy).toBeGreaterThan(0);
  });

  it('predict and explain without gradients', async () => {
    const { model } = await bring({ file: `${PLACE}/cnn-saved-model`, dataset: pictures });
    const given = { model, dataset: pictures };
    const predicted = await predictStep.run(decodeWith('predict', given), context());
    expect(predicted.rows).toBe(48);
    const shap = { ...given, method: 'kernel-shap', samples: 200, limit: 1 };
    const { explanations } = await explainStep.run(decodeWith('explain', shap), context());
    expect(explanations.bytes).toBeGreaterThan(0);
    const byGradients = { ...given, method: 'integrated-gradients', limit: 1 };
    await expect(
      explainStep.run(decodeWith('explain', byGradients), context()),
    ).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  it('refuse to look inside a model that has answers alone', async () => {
    const { model } = await bring({ file: `${PLACE}/cnn-saved-model`, dataset: pictures });
    const transfer = decodeWith('transfer', { base: model, dataset: pictures, epochs: 1 });
    const unsupported = { code: 'MODEL_UNSUPPORTED' };
    await expect(transferStep.run(transfer as never, context())).rejects.toMatchObject(unsupported);
    for (const method of ['cascade', 'weight-average']) {
      const members = [model, model];
      const fuse = decodeWith('fuse', { dataset: pictures, members, method });
      await expect(fuseStep.run(fuse as never, context())).rejects.toMatchObject(unsupported);
    }
  });

  it('refuse a file of rows where nothing says how rows are read', async () => {
    const { model } = await bring({ file: `${PLACE}/cnn.keras`, classes: THREE });
    const predict = decodeWith('predict', { model, file: 'pipelines/data/digits.csv' });
    await expect(predictStep.run(predict as never, context())).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
    });
  });
});
