/** The data of the examples can be read, split and encoded as their README says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import { readParallelText } from '../../src/data/sources/read-tsv.ts';
import { makeTestPlace, ROOT, type TestPlace } from '../activities/step-context.ts';

const SPLIT = { train: 0.7, validation: 0.1, test: 0.2, stratify: true, seed: 7 };

let place: TestPlace;
beforeAll(async () => {
  place = await makeTestPlace();
});
afterAll(() => place.remove());

const run = (input: Omit<DatasetStep['with'], 'split'> & Partial<DatasetStep['with']>) =>
  datasetStep.run(
    { split: SPLIT, ...input, source: `pipelines/data/${input.source}` },
    place.context(),
  );
const total = ({ rows }: DatasetStep['outputs']) => rows.train + rows.validation + rows.test;

it('mails are spam or ham, in two inputs of words', async () => {
  const text = { type: 'text', scale: 'none' } as const;
  const outputs = await run({
    source: 'mail.csv',
    target: 'label',
    features: [
      { ...text, columns: 'subject', length: 16 },
      { ...text, columns: 'body', length: 96, vocabulary: 8_000 },
    ],
  });
  expect(total(outputs)).toBe(5835);
  expect(outputs.checks.classCounts).toEqual({ ham: 4103, spam: 1732 });
  const { inputs } = await place.store.getJson<DatasetManifest>(outputs.dataset);
  expect(inputs?.map(({ name, shape }) => [name, shape])).toEqual([
    ['subject', [16]],
    ['body', [96]],
  ]);
});

it('licences have five kinds, and no family in two parts', async () => {
  const outputs = await run({
    source: 'licenses.csv',
    target: 'kind',
    features: [{ type: 'text', columns: 'text', length: 400, scale: 'none' }],
    split: { ...SPLIT, group: 'family' },
  });
  expect(total(outputs)).toBe(403);
  expect(outputs.classes).toHaveLength(5);
  expect(outputs.checks.leakedRows).toBe(0);
});

it('credits have 1,000 rows, 300 of them bad', async () => {
  const outputs = await run({ source: 'german-credit.csv', target: 'credit' });
  expect(outputs.checks).toMatchObject({
    classCounts: { good: 700, bad: 300 },
    missingValues: 0,
    duplicateRows: 0,
  });
});

it('dates are pairs of what people write and what machines read', () => {
  const { cells } = readParallelText(readFileSync(path.join(ROOT, 'pipelines/data/dates.tsv')));
  const [sources = [], targets = []] = cells;
  expect(sources).toHaveLength(12_000);
  expect(new Set(sources).size).toBe(12_000);
  const isRead = (cell: string | null) =>
    /^\d+(\.\d+)?$/.test(cell ?? '') || new Date(cell ?? '').toISOString().startsWith(cell ?? '-');
  expect(targets.filter((cell) => !isRead(cell))).toEqual([]);
});
