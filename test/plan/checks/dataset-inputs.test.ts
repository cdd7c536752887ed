/** What the checker says of a data set's inputs, against what the step makes of them. */
import { datasetStep } from '../../../src/activities/dataset.ts';
import type { DatasetStep } from '../../../src/activities/step-types.ts';
import type { DatasetManifest } from '../../../src/data/dataset.ts';
import { inputsOf } from '../../../src/ml/architectures/infer-shapes.ts';
import { inputsOfDataset } from '../../../src/plan/checks/dataset-inputs.ts';
import { checkDataset } from '../../../src/plan/checks/check-dataset.ts';
import type { CheckedStep } from '../../../src/plan/checks/checked-step.ts';
import type { JsonObject } from '../../../src/json.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { makeTestPlace, type TestPlace } from '../../activities/step-context.ts';

let place: TestPlace;
let root: string;
beforeAll(async () => {
  place = await makeTestPlace();
  root = path.join(place.folder, 'project');
  await mkdir(root);
  await sharp({ create: { width: 3, height: 2, channels: 3, background: '#123' } })
    .png()
    .toFile(path.join(root, 'a.png'));
  const cells = {
    n: '1.5', m: '2', c: 'red', d: '2024-05-17', t: 'a b c', u: 'x y', 'two words': 'p q', s0: '1',
    s1: '2', s2: '3', s3: '4', l: '[1,2,3]', f: 'a.png', 'the file': 'a.png',
  }; // prettier-ignore
  const rows = Array.from({ length: 8 }, (_, row) => [
    ...Object.values(cells).map((cell) => `"${cell}"`),
    row % 2 ? 'a' : 'b',
  ]);
  const header = [...Object.keys(cells), 'label'];
  await writeFile(path.join(root, 'rows.csv'), [header, ...rows].map(String).join('\n'));
});
afterAll(() => place.remove());

const text = (columns: string | string[], more = {}) => ({
  ...{ type: 'text', columns, minCount: 1 },
  ...more,
});
const numbers = (columns: string | string[], more = {}) => ({ type: 'number', columns, ...more });
const steps = (columns: string | string[], more = {}) => ({ type: 'sequence', columns, ...more });
const image = (columns: string | string[], more = {}) => ({ type: 'image', columns, ...more });
const category = { type: 'category', columns: 'c' };
const date = { type: 'date', columns: 'd' };
const file = { from: 'files', shape: [2, 2, 3] };

const given = (features: readonly JsonObject[]): JsonObject => ({
  source: 'rows.csv',
  target: 'label',
  features,
  split: { train: 1, validation: 0, test: 0 },
});

function stepOf(features: readonly JsonObject[], changes: JsonObject = {}): CheckedStep {
  const value = { ...given(features), ...changes };
  const holes = new Map();
  return { id: 'data', at: [], kind: 'dataset', given: value, value, holes, isSound: true };
}

async function madeOf(
  features: readonly JsonObject[],
  changes: JsonObject = {},
): Promise<DatasetManifest> {
  const { dataset } = await datasetStep.run(
    decodeWith<DatasetStep['with']>('dataset', { ...given(features), ...changes }),
    place.context({ dataRoot: root }),
  );
  return place.store.getJson<DatasetManifest>(dataset);
}

const KNOWN: readonly (readonly JsonObject[])[] = [
  [numbers('n')],
  [numbers(['n', 'm']), category, date],
  [numbers('n', { name: 'a' }), numbers('m', { name: 'b' })],
  [numbers('n', { name: 'a' }), category, numbers('m', { name: 'a' })],
  [numbers('n', { name: 'table' }), category],
  [text('t')],
  [text('t', { length: 5, name: 'body' })],
  [text('two words')],
  [text(['t', 't'])],
  [text(['two words'], { length: 4 }), numbers('n')],
  [text('u*', { name: 'body' }), numbers('n')],
  [numbers('*', { columns: ['n', 'm'] }), text('t'), text('u', { name: 'second' })],
  [steps(['s0', 's1', 's2', 's3'])],
  [steps(['s0', 's1', 's2', 's3'], { shape: [2, 2] })],
  [steps(['s0', 's1', 's2'], { shape: [3] }), numbers('n')],
  [steps('s?', { shape: [4] })],
  [steps('s?', { shape: [4], name: 'curve' }), text('t')],
  [steps('l', { shape: [3] }), category],
  [steps('l', { shape: [2, 1] })],
  [image(['s0', 's1', 's2', 's3'], { shape: [2, 2, 1] }), numbers('n')],
  [image('s?', { shape: [2, 2, 1] })],
  [image('f', file)],
  [image('f', file), numbers('n')],
  [image('the file', file), numbers('n'), text('t', { name: 'x' })],
  [image('s?', { shape: [4, 1, 1], name: 'x' }), image('f', { ...file, name: 'y' })],
];

describe('inputsOfDataset', () => {
  it.each(KNOWN.map((features) => [JSON.stringify(features), features] as const))(
    'says of %s what the step makes',
    async (_, features) => {
      const found = inputsOfDataset(stepOf(features));
      const made = inputsOf(await madeOf(features));
      expect(found).not.toBeNull();
      // Sizes that the data decides are not a number before the run.
      const expected = made.map(({ name, shape, vocabulary }, at) => ({
        name,
        shape: shape.map((size, axis) => (Number.isNaN(found?.[at]?.shape[axis]) ? NaN : size)),
        ...(vocabulary !== undefined && { vocabulary: NaN }),
      }));
      expect(found).toEqual(expected);
      expect(checkDataset(stepOf(features))).toEqual([]);
    },
  );

  it('says of a target that is a text what the step makes', async () => {
    const changes = { target: { column: 'u', type: 'text', length: 3, minCount: 1 } };
    const features = [text('t', { length: 5 })];
    const { inputs = [] } = await madeOf(features, changes);
    const found = inputsOfDataset(stepOf(features, changes));
    expect(found).toEqual(inputs.map(({ name, shape }) => ({ name, shape, vocabulary: NaN })));
    expect(checkDataset(stepOf(features, changes))).toEqual([]);
  });

  it.each([
    [[text('t'), numbers('n')], 1],
    [[category], 0],
    [[text('t'), text('two words')], 1],
  ])('refuses, as the step does, %j for a target that is a text', async (features, index) => {
    const changes = { target: { column: 'u', type: 'text', minCount: 1 } };
    await expect(madeOf(features, changes)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    const path = ['features', index];
    expect(checkDataset(stepOf(features, changes))).toMatchObject([{ code: 'SPEC_INVALID', path }]);
    expect(inputsOfDataset(stepOf(features, changes))).toBeNull();
  });

  it.each([
    ['texts by a pattern', [text('t*')]],
    ['the order of texts in one group', [text(['t', 'u'])]],
    ['a sequence by a pattern, beside others', [steps('s?', { shape: [4] }), numbers('n')]],
    ['a picture without a shape', [image('f', { from: 'files' })]],
    ['a sequence without a shape', [steps('l')]],
    [
      'one column of an odd name that may be a picture',
      [image('a b', { shape: [1, 1, 1] }), numbers('n')],
    ],
  ] as const)('leaves open what the data decides: %s', (_, features) => {
    expect(inputsOfDataset(stepOf(features))).toBeNull();
  });

  it.each([
    [[text(['t', 'u'], { name: 'x' })], 0],
    [[numbers('n', { name: 'x' }), text('t', { name: 'x' })], 1],
    [[numbers('n'), text('t', { name: 'table' })], 1],
    [[text('two words'), numbers('n'), text('u', { name: 'text' })], 2],
  ] as const)('two inputs of one name in %j are refused as the step refuses them', async (features, index) => {
    await expect(madeOf(features)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
    expect(checkDataset(stepOf(features))).toMatchObject([
      { code: 'SPEC_INVALID', path: ['features', index] },
    ]);
  }); // prettier-ignore
});
