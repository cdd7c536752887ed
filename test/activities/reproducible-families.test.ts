/** Every family of networks: the same bits in two fresh processes, and after a stop in mid-epoch. */
import { architectStep } from '../../src/activities/architect.ts';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import { readSchema } from '../../src/spec/step-schemas.ts';
import { decodeWith } from '../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';
import { makeTrainProcesses, type TrainInput, type TrainProcesses } from './train-processes.ts';

const DATA = {
  pictures: {
    source: 'pipelines/data/digits.csv', target: 'label',
    features: [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }],
    split: { train: 0.1, validation: 0.05, test: 0.85 },
  },
  words: {
    source: 'pipelines/data/mail.csv', target: 'label',
    features: [{ type: 'text', columns: 'subject', length: 12, vocabulary: 300 }],
    split: { train: 0.05, validation: 0.05, test: 0.9 },
  },
  pairs: {
    source: 'pipelines/data/dates.tsv', format: 'parallel-text',
    target: { type: 'text', tokenizer: 'character', column: 'target', length: 12 },
    features: [{ type: 'text', tokenizer: 'character', columns: 'source', length: 36 }],
    split: { train: 0.015, validation: 0.005, test: 0.98 },
  },
} as const; // prettier-ignore

const FAMILIES: readonly (readonly [keyof typeof DATA, Readonly<Record<string, unknown>>])[] = [
  ['pictures', { family: 'mlp', hidden: [12], dropout: 0.2 }],
  ['pictures', { family: 'cnn', filters: [4, 4, 4], dense: [8], dropout: 0.2 }],
  ['words', { family: 'rnn', cell: 'simple', units: [6], embedding: 5 }],
  ['words', { family: 'rnn', cell: 'lstm', units: [6, 6], embedding: 5, dropout: 0.2 }],
  ['words', { family: 'rnn', cell: 'gru', units: [6], embedding: 5 }],
  ['words', { family: 'rnn', cell: 'lstm', bidirectional: true, units: [6], embedding: 5 }],
  ['words', { family: 'transformer', blocks: 1, heads: 2, embedding: 8, dropout: 0.1 }],
  ['pairs', { family: 'encoder-decoder', cell: 'transformer', blocks: 1, heads: 2, embedding: 8 }],
  ['pairs', { family: 'encoder-decoder', cell: 'gru', units: [6], embedding: 5 }],
  [
    'pictures',
    {
      family: 'layers',
      layers: [
        { type: 'conv2d', filters: 4, name: 'stem' },
        { type: 'conv2d', filters: 4, activation: 'linear', name: 'residual' },
        { type: 'add', inputs: ['stem', 'residual'] },
        { type: 'batchNormalization' },
        { type: 'layerNormalization' },
        { type: 'averagePooling2d' },
        { type: 'globalAveragePooling2d' },
      ],
    },
  ],
];
/** In the middle of an epoch of about twelve. */
const STOP_AFTER = 5;

let place: TestPlace;
let processes: TrainProcesses;
let inputs: readonly TrainInput[];

beforeAll(async () => {
  place = await makeTestPlace();
  processes = await makeTrainProcesses(place);
  const datasets = new Map<string, ArtifactRef>();
  for (const [name, given] of Object.entries(DATA)) {
    const { dataset } = await datasetStep.run(decodeWith('dataset', given), place.context());
    datasets.set(name, dataset);
  }
  const drawn: TrainInput[] = [];
  for (const [data, settings] of FAMILIES) {
    const dataset = datasets.get(data);
    const given = decodeWith<never>('architect', { dataset, seed: 3, ...settings });
    const { architecture } = await architectStep.run(given, place.context());
    const training = { epochs: 2, batchSize: 16, seed: 5, checkpoint: { every: '1h' } };
    drawn.push({ kind: 'train', input: { architecture, dataset, ...training } });
  }
  inputs = drawn;
});
afterAll(async () => {
  await place.remove();
  await processes.remove();
});

it('gives the same weights for every family in two fresh processes, and after a stop', async () => {
  const { trainAll } = processes;
  const named = (digests: readonly (string | null)[]) =>
    digests.map((digest, index) => [FAMILIES[index]?.[1], digest]);
  const first = await trainAll(inputs, { scratch: 'first', attempt: 1, passes: 0 });
  const second = await trainAll(inputs, { scratch: 'second', attempt: 1, passes: 0 });
  expect(named(second)).toEqual(named(first));
  expect(new Set(first).size).toBe(FAMILIES.length);
  const stopped = await trainAll(inputs, { scratch: 'third', attempt: 1, passes: STOP_AFTER });
  expect(stopped).toEqual(FAMILIES.map(() => null));
  const resumed = await trainAll(inputs, { scratch: 'third', attempt: 2, passes: 0 });
  expect(named(resumed)).toEqual(named(first));
}, 240_000);

it('leaves out no family', () => {
  const { properties } = readSchema('steps/architect.schema.json');
  const known = properties?.['with']?.properties?.['family']?.enum ?? [];
  expect([...new Set(FAMILIES.map(([, { family }]) => family))].sort()).toEqual([...known].sort());
});
