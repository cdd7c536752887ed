/** Models of a text, and of numbers beside a picture, from their files to review and new rows. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Predictions } from '../../src/ml/model.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

/** What both pipelines do once a model is trained. */
const REST = `
  scores:
    uses: predict
    with:
      model: \${{ steps.training.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      part: test
      flag: { confidenceBelow: 1, maxItems: 2 }
  why:
    uses: explain
    with:
      model: \${{ steps.training.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      rows: \${{ steps.scores.outputs.flagged }}
      background: 5
  drawings:
    uses: visualize
    with:
      pictures: [learning-curve, confusion-matrix, attribution-overlay]
      histories: { network: '\${{ steps.training.outputs.history }}' }
      predictions: \${{ steps.scores.outputs.predictions }}
      explanations: \${{ steps.why.outputs.explanations }}
      dataset: \${{ steps.data.outputs.dataset }}
  both:
    uses: fuse
    with:
      members: ['\${{ steps.training.outputs.model }}', '\${{ steps.training.outputs.model }}']
      dataset: \${{ steps.data.outputs.dataset }}
  checked:
    uses: audit
    with:
      model: \${{ steps.both.outputs.model }}
      dataset: \${{ steps.data.outputs.dataset }}
      checks: { accuracy: { min: 0.8 } }
  news:
    uses: predict
    with: { model: '\${{ steps.training.outputs.model }}', file: new.jsonl }
  asked:
    uses: human-review
    with:
      predictions: \${{ steps.scores.outputs.predictions }}
      flagged: \${{ steps.scores.outputs.flagged }}
      explanations: \${{ steps.why.outputs.explanations }}
      gallery: \${{ steps.drawings.outputs.gallery }}
      dataset: \${{ steps.data.outputs.dataset }}
      instructions: Is it so?
      timeout: 1h
      onTimeout: fail
outputs:
  accuracy: \${{ steps.checked.outputs.accuracy.value }}
`;

type Row = Readonly<Record<string, string | number>>;

/** Runs it, decides what is asked, and checks that new rows get the bits of the data set's. */
async function runToTheEnd(name: string, yaml: string, rows: readonly Row[]) {
  writeFileSync(
    path.join(rig.project, 'new.jsonl'),
    rows.map(({ label: _label, ...row }) => JSON.stringify(row)).join('\n'),
  );
  rig.write(`${name}.yaml`, yaml + REST);
  const started = await rig.cli('run', `${name}.yaml`, '--id', name, '--wait');
  expect(started).toMatchObject({ code: 4 });
  const shown: string[] = [];
  for (const { item } of await rig.json<{ item: string }[]>('review', 'list')) {
    shown.push((await rig.cli('review', 'show', item)).stdout);
    await rig.cli('review', 'decide', item, '--verdict', 'approve');
  }
  let status = await rig.json<RunStatus>('status', name);
  await rig.until('the run ends', async () => {
    status = await rig.json<RunStatus>('status', name);
    return status.finishedAtMs !== null;
  });
  expect(status.error).toBeNull();
  const get = (artifact: string[]) =>
    rig.json<string[]>('artifacts', 'get', name, ...artifact, '--out', `out-${name}`);
  const files = await get([]);
  const read = async (artifact: string) =>
    readFileSync((await get([artifact]))[0] ?? `no ${artifact}`, 'utf8');
  const told = JSON.parse(await read('scores.predictions')) as Predictions;
  const lines = (await read('news.predictions')).trimEnd().split('\n');
  const found = lines.map((line) => JSON.parse(line) as { probabilities: Record<string, number> });
  expect(found).toHaveLength(rows.length);
  const ofTest = told.sourceRows.map((row) =>
    told.classes.map((label) => found[row]?.probabilities[label]),
  );
  expect(ofTest).toEqual(told.probabilities);
  return { status, shown, files };
}

it('a text goes through a recurrent network, its review and its audit', async () => {
  const words = { spam: ['win', 'prize', 'cash', 'now'], mail: ['meeting', 'notes', 'monday', 'team'] };
  const rows = Array.from({ length: 80 }, (_, row): Row => {
    const label = row % 2 ? 'spam' : 'mail';
    const own = words[label];
    const text = `Hello ${own[row % 4]}, the ${own[(row >> 2) % 4]} is for ${row % 7}!`;
    return { text, label };
  });
  rig.write('mails.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  const { shown, status } = await runToTheEnd(
    'mails',
    `name: mails
steps:
  data:
    uses: dataset
    with:
      source: mails.jsonl
      target: label
      features:
        - { type: text, columns: text, length: 10, minCount: 1 }
      split: { train: 0.6, validation: 0.2, test: 0.2, seed: 3 }
  network:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: rnn, embedding: 8, units: [8], seed: 2 }
  training:
    uses: train
    with:
      architecture: \${{ steps.network.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      optimizer: { type: adam, learningRate: 0.02 }
      epochs: 10
      batchSize: 8`,
    rows,
  );
  // A reviewer reads the text as it was written.
  expect(shown.join()).toMatch(/Hello \w+, the \w+ is for \d!/);
  expect(status.outputs?.['accuracy']).toBeGreaterThan(0.8);
}, 180_000); // prettier-ignore

it('numbers and a picture become two inputs of one network', async () => {
  mkdirSync(path.join(rig.project, 'pictures'));
  const rows: Row[] = [];
  for (let row = 0; row < 60; row += 1) {
    const background = { r: row % 2 ? 220 : 20, g: (row * 37) % 256, b: (row * 11) % 256 };
    const create = { width: 6, height: 5, channels: 3, background } as const;
    const file = `pictures/${row}.png`;
    await sharp({ create }).png().toFile(path.join(rig.project, file));
    rows.push({ size: (row * 7) % 13, file, label: row % 2 ? 'red' : 'dark' });
  }
  const lines = rows.map(({ size, file, label }) => `${size},${file},${label}`);
  rig.write('shapes.csv', ['size,file,label', ...lines, ''].join('\n'));
  const { status, files } = await runToTheEnd(
    'shapes',
    `name: shapes
steps:
  data:
    uses: dataset
    with:
      source: shapes.csv
      target: label
      features:
        - { type: number, columns: size }
        - { type: image, columns: file, from: files, shape: [4, 4, 3], name: photo }
      split: { train: 0.6, validation: 0.2, test: 0.2, seed: 3 }
  network:
    uses: architect
    with:
      dataset: \${{ steps.data.outputs.dataset }}
      family: layers
      layers:
        - { type: conv2d, filters: 4, inputs: [photo] }
        - { type: flatten, name: seen }
        - { type: concatenate, inputs: [seen, table] }
        - { type: dense, units: 8 }
      seed: 1
  training:
    uses: train
    with:
      architecture: \${{ steps.network.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      optimizer: { type: adam, learningRate: 0.01 }
      epochs: 15
      batchSize: 8`,
    rows,
  );
  expect(status.outputs?.['accuracy']).toBeGreaterThan(0.8);
  expect(files.some((file) => /attribution-overlay/.test(file))).toBe(true);
}, 180_000);
