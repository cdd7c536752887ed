/** The reference network for pictures on the sources and sizes that it is for. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import { predictStep } from '../../src/activities/predict.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import { trainStep } from '../../src/activities/train.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, ROOT, type TestPlace } from './step-context.ts';

interface Digit {
  readonly label: number;
  /** 8 × 8, 0 to 255. */
  readonly pixels: Uint8Array;
}

let place: TestPlace;
let project: string;
let digits: readonly Digit[];

beforeAll(async () => {
  place = await makeTestPlace();
  project = path.join(place.folder, 'project');
  await mkdir(project);
  const [header = '', ...lines] = (
    await readFile(path.join(ROOT, 'pipelines/data/digits.csv'), 'utf8')
  )
    .trim()
    .split('\n');
  const columns = header.split(',');
  const pixels = columns.flatMap((name, at) => (name.startsWith('pixel_') ? [at] : []));
  digits = lines.map((line) => {
    const cells = line.split(',').map(Number);
    return {
      label: cells[columns.indexOf('label')] as number,
      pixels: Uint8Array.from(pixels, (at) => Math.round(((cells[at] as number) / 16) * 255)),
    };
  });
});
afterAll(() => place.remove());

/** A real digit, larger. */
const enlarged = ({ pixels }: Digit, side: number) =>
  sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } }).resize(side, side, {
    fit: 'fill',
    kernel: 'cubic',
  });

/** Draws the reference network for the data, trains it and measures it on the test part. */
async function learn(data: object, epochs: number) {
  const context = (stepId: string) =>
    place.context({ dataRoot: project, stepId, scratch: path.join(place.folder, stepId) });
  const given = decodeWith<DatasetStep['with']>('dataset', data);
  const { dataset, inputShape } = await datasetStep.run(given, context('data'));
  const net = await architectStep.run(
    decodeWith('architect', { dataset, family: 'cnn', seed: 1 }),
    context('net'),
  );
  const { architecture } = net;
  const training = { optimizer: { type: 'adam' }, batchSize: 64, epochs, seed: 1 };
  const { model } = await trainStep.run(
    decodeWith('train', { architecture, dataset, ...training }),
    context(`train-${inputShape.join('-')}`),
  );
  const predicted = await predictStep.run(
    decodeWith('predict', { model, dataset, part: 'test' }),
    context('predict'),
  );
  const accuracy = 'accuracy' in predicted ? predicted.accuracy : Number.NaN;
  return { net, inputShape, accuracy };
}

const layersOf = ({ layers }: Awaited<ReturnType<typeof learn>>['net']) =>
  layers.map(({ type, outputShape, parameters }) => [type, outputShape.join('×'), parameters]);

it('learns 28×28 pictures of an IDX file', async () => {
  const chosen = digits.slice(0, 1000);
  const pictures = await Promise.all(
    chosen.map((digit) => enlarged(digit, 28).toColourspace('b-w').raw().toBuffer()),
  );
  const header = (...sizes: number[]): Buffer => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt32BE(0x0800 + sizes.length);
    sizes.forEach((size, at) => bytes.writeUInt32BE(size, 4 + 4 * at));
    return bytes;
  };
  const labels = Buffer.from(chosen.map(({ label }) => label));
  await writeFile(
    path.join(project, 'images.idx.gz'),
    gzipSync(Buffer.concat([header(chosen.length, 28, 28), ...pictures])),
  );
  await writeFile(path.join(project, 'labels.idx'), Buffer.concat([header(chosen.length), labels]));
  const source = { source: 'images.idx.gz', labels: 'labels.idx', format: 'idx', target: 'label' };
  const { net, inputShape, accuracy } = await learn(source, 4);
  expect(inputShape).toEqual([28, 28, 1]);
  expect(layersOf(net)).toEqual([
    ['conv2d', '28×28×32', 9 * 32 + 32],
    ['maxPooling2d', '14×14×32', 0],
    ['conv2d', '14×14×64', 9 * 32 * 64 + 64],
    ['maxPooling2d', '7×7×64', 0],
    ['conv2d', '7×7×128', 9 * 64 * 128 + 128],
    ['flatten', '6272', 0],
    ['dense', '512', 6272 * 512 + 512],
    ['dense', '10', 512 * 10 + 10],
  ]);
  // A tenth is right by chance.
  expect(accuracy).toBeGreaterThan(0.9);
}, 120_000);

it('learns larger coloured pictures of a folder for each class', async () => {
  const few = digits.filter(({ label }) => label < 3).slice(0, 240);
  await Promise.all(
    few.map(async (digit, index) => {
      const folder = path.join(project, 'shapes', `digit-${digit.label}`);
      await mkdir(folder, { recursive: true });
      const tinted = enlarged(digit, 40).tint({ r: 255, g: 120 + (index % 100), b: 60 });
      await writeFile(path.join(folder, `${index}.png`), await tinted.png().toBuffer());
    }),
  );
  const { net, inputShape, accuracy } = await learn(
    { source: 'shapes', format: 'image-folder', target: 'label' },
    4,
  );
  expect(inputShape).toEqual([40, 40, 3]);
  expect(layersOf(net).slice(0, 6)).toEqual([
    ['conv2d', '40×40×32', 27 * 32 + 32],
    ['maxPooling2d', '20×20×32', 0],
    ['conv2d', '20×20×64', 9 * 32 * 64 + 64],
    ['maxPooling2d', '10×10×64', 0],
    ['conv2d', '10×10×128', 9 * 64 * 128 + 128],
    ['flatten', '12800', 0],
  ]);
  expect(accuracy).toBeGreaterThan(0.9);
}, 120_000);
