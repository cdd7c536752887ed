/** A training's event file, read back by the real TensorBoard. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { architectStep } from '../../../src/activities/architect.ts';
import { datasetStep } from '../../../src/activities/dataset.ts';
import type { ArchitectStep, DatasetStep, TrainStep } from '../../../src/activities/step-types.ts';
import { trainStep } from '../../../src/activities/train.ts';
import { decodeFloat32 } from '../../../src/data/tensor-bytes.ts';
import type { Architecture, TrainingHistory } from '../../../src/ml/model.ts';
import type { LayerSpec } from '../../../src/layers/layer-spec.ts';
import { inferLayers, inferShapes } from '../../../src/ml/architectures/infer-shapes.ts';
import { encodeEventFile } from '../../../src/ml/tensorboard/event-file.ts';
import { layerGraph } from '../../../src/ml/tensorboard/layer-graph.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from '../../activities/step-context.ts';
import { readWithTensorboard, type ReadEvents } from './tensorboard-package.ts';

let place: TestPlace;
let input: TrainStep['with'];
let history: TrainingHistory;
let architecture: Architecture;
let weights: Float32Array;
let read: ReadEvents;

/** Trains, stopped once in the second epoch if that is asked for, and reads what came of it. */
async function train(name: string, stop: boolean): Promise<ReadEvents> {
  const scratch = path.join(place.folder, 'scratch', name);
  if (stop) {
    const controller = new AbortController();
    const heartbeat = (details?: unknown) => {
      if ((details as { epoch: number } | undefined)?.epoch === 2) controller.abort();
    };
    const context = place.context({ scratch, heartbeat, signal: controller.signal });
    await expect(trainStep.run(input, context)).rejects.toMatchObject({ code: 'CANCELLED' });
  }
  const outputs = await trainStep.run(input, place.context({ scratch, attempt: 2 }));
  history = await place.store.getJson<TrainingHistory>(outputs.history);
  weights = decodeFloat32(await place.store.get(outputs.weights));
  const folder = path.join(place.folder, name);
  mkdirSync(folder);
  const file = path.join(folder, 'events.out.tfevents.0.modelwright');
  writeFileSync(file, await place.store.get(outputs.tensorboard));
  return readWithTensorboard(folder);
}

beforeAll(async () => {
  place = await makeTestPlace();
  const data = decodeWith<DatasetStep['with']>('dataset', {
    source: 'pipelines/data/digits.csv',
    target: 'label',
    features: [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }],
    split: { train: 0.2, validation: 0.1, test: 0.7 },
  });
  const { dataset } = await datasetStep.run(data, place.context());
  const drawn = await architectStep.run(
    decodeWith<ArchitectStep['with']>('architect', {
      ...{ dataset, family: 'layers', seed: 3 },
      layers: [{ type: 'conv2d', filters: 5 }, { type: 'flatten' }],
    }),
    place.context(),
  );
  architecture = await place.store.getJson<Architecture>(drawn.architecture);
  input = decodeWith<TrainStep['with']>('train', {
    ...{ architecture: drawn.architecture, dataset, epochs: 3, seed: 5 },
    checkpoint: { every: '0s' },
  });
  read = await train('whole', false);
}, 300_000);
afterAll(() => place.remove());

it('shows every scalar of every epoch', () => {
  const { epochs } = history;
  const column = (value: (epoch: (typeof epochs)[number]) => number | null) =>
    epochs.map((epoch) => [epoch.endedAtMs / 1000, epoch.epoch, Math.fround(value(epoch) ?? NaN)]);
  expect(read.notebook.scalars).toEqual({
    loss: column(({ loss }) => loss),
    accuracy: column(({ accuracy }) => accuracy),
    val_loss: column(({ validationLoss }) => validationLoss),
    val_accuracy: column(({ validationAccuracy }) => validationAccuracy),
    learning_rate: column(({ learningRate }) => learningRate),
  });
});

it('shows histograms of every weight at the end of every epoch', () => {
  const specs = inferShapes(architecture.inputShape, architecture.layers).flatMap(
    (layer) => layer.weights,
  );
  const tags = specs.map(({ name }) => `weights/${name}`);
  expect(Object.keys(read.notebook.histograms).sort()).toEqual([...tags].sort());
  let at = 0;
  for (const [index, { shape }] of specs.entries()) {
    const size = shape.reduce((product, side) => product * side, 1);
    const values = weights.subarray(at, at + size);
    at += size;
    const found = read.notebook.histograms[tags[index] ?? ''] ?? [];
    expect(found.map(({ step }) => step)).toEqual([1, 2, 3]);
    const kept = found[history.bestEpoch - 1]!;
    expect(kept).toMatchObject({ num: size, min: Math.min(...values), max: Math.max(...values) });
    expect(kept.sum).toBeCloseTo(
      values.reduce((sum, value) => sum + value, 0),
      6,
    );
    // Counted again, interval by interval.
    const lows = [-Infinity, ...kept.limits.slice(0, -1)];
    const counted = lows.map((low, interval) => {
      const isLast = interval === lows.length - 1;
      const high = isLast ? Infinity : kept.limits[interval]!;
      return values.filter((value) => value >= low && value < high).length;
    });
    // A value on a limit may fall on either side by rounding.
    kept.counts.forEach((count, interval) => {
      expect(Math.abs(count - counted[interval]!)).toBeLessThanOrEqual(1);
    });
    expect(kept.counts.reduce((sum, count) => sum + count, 0)).toBe(size);
  }
});

it('shows the filters of the first layer as a picture', () => {
  const [picture] = read.notebook.images['filters/conv2d_1'] ?? [];
  // Five tiles of 48 pixels in three columns and two rows, 4 apart, drawn at twice the size.
  const size = { width: 2 * (3 * 52 + 4), height: 2 * (2 * 52 + 4) };
  expect(picture).toEqual({
    step: 3,
    ...size,
    png: '89504e470d0a1a0a',
    size: [size.width, size.height],
  });
});

it('shows the layers as a graph, and the architecture as a table', () => {
  expect(read.server.nodes).toEqual([
    { name: 'input', op: 'Placeholder', inputs: [], shape: [-1, 8, 8, 1] },
    { name: 'conv2d_1', op: 'Conv2d', inputs: ['input'], shape: [-1, 8, 8, 5] },
    { name: 'flatten_1', op: 'Flatten', inputs: ['conv2d_1'], shape: [-1, 320] },
    { name: 'dense_1', op: 'Dense', inputs: ['flatten_1'], shape: [-1, 10] },
  ]);
  const table = read.server.texts['architecture'] ?? '';
  expect(table).toContain('| conv2d_1 | conv2d | [8, 8, 5] | 50 |');
  expect(table).toContain('| dense_1 | dense | [10] | 3210 |');
  expect(table).toContain('3260 parameters; initial weights of seed 3');
});

it('shows branches and several inputs as a graph', () => {
  const inputs = [
    { name: 'left', shape: [3], offset: 0 },
    { name: 'right', shape: [2], offset: 3 },
  ];
  const layers: LayerSpec[] = [
    { type: 'dense', units: 4, activation: 'relu', name: 'a', inputs: ['left'] },
    { type: 'dense', units: 4, activation: 'relu', name: 'b', inputs: ['right'] },
    { type: 'add', name: 'both', inputs: ['a', 'b'] },
    { type: 'dense', units: 2, activation: 'softmax' },
  ];
  const graph = layerGraph({ inputs, layers, shapes: inferLayers({ inputs, layers }) });
  const folder = path.join(place.folder, 'branches');
  mkdirSync(folder);
  const file = path.join(folder, 'events.out.tfevents.0.modelwright');
  writeFileSync(file, encodeEventFile([{ wallTimeMs: 0, step: 0, graph }]));
  expect(readWithTensorboard(folder).server.nodes).toEqual([
    { name: 'left', op: 'Placeholder', inputs: [], shape: [-1, 3] },
    { name: 'right', op: 'Placeholder', inputs: [], shape: [-1, 2] },
    { name: 'a', op: 'Dense', inputs: ['left'], shape: [-1, 4] },
    { name: 'b', op: 'Dense', inputs: ['right'], shape: [-1, 4] },
    { name: 'both', op: 'Add', inputs: ['a', 'b'], shape: [-1, 4] },
    { name: 'dense_3', op: 'Dense', inputs: ['both'], shape: [-1, 2] },
  ]);
});

it('is what the plugins of the web server look for', () => {
  expect(read.server.plugins).toEqual({
    scalars: ['accuracy', 'learning_rate', 'loss', 'val_accuracy', 'val_loss'],
    histograms: ['conv2d_1/bias', 'conv2d_1/kernel', 'dense_1/bias', 'dense_1/kernel'].map(
      (name) => `weights/${name}`,
    ),
    images: ['filters/conv2d_1'],
    text: ['architecture'],
  });
});

it('has the same histograms where the training was stopped and went on', async () => {
  const resumed = await train('resumed', true);
  expect(resumed.notebook.histograms).toEqual(read.notebook.histograms);
}, 120_000);
