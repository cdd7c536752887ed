/** Data sets whose target is a text. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import type { DatasetManifest, PartName } from '../../src/data/dataset.ts';
import { decodeDataset } from '../../src/data/decode-dataset.ts';
import { loadPart } from '../../src/data/load-part.ts';
import { openPart } from '../../src/data/open-part.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const PAIRS = ['ab\tx y', 'b\ty', 'aab\tx y x', 'ba\ty x z'];
const SPLIT = { train: 1, validation: 0, test: 0, stratify: true, seed: 1 };
const TARGET = { column: 'target', type: 'text', length: 4, minCount: 1 } as const;
const FEATURES: NonNullable<DatasetStep['with']['features']> = [
  {
    type: 'text',
    columns: 'source',
    scale: 'none',
    tokenizer: 'character',
    length: 3,
    minCount: 1,
  },
];

let place: TestPlace;
beforeEach(async () => {
  place = await makeTestPlace();
  await writeFile(path.join(place.folder, 'pairs.tsv'), `${PAIRS.join('\n')}\n`);
});
afterEach(() => place.remove());

async function run(changes: Partial<DatasetStep['with']> = {}) {
  const outputs = await datasetStep.run(
    {
      source: 'pairs.tsv',
      format: 'parallel-text',
      target: TARGET,
      features: FEATURES,
      split: SPLIT,
      ...changes,
    },
    place.context({ dataRoot: place.folder }),
  );
  const stored = await place.store.getJson<JsonObject>(outputs.dataset);
  return { outputs, stored, manifest: stored as unknown as DatasetManifest };
}

const rowsOf = <T>(values: ArrayLike<T>, width: number): T[][] =>
  Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values).slice(row * width, (row + 1) * width),
  );

describe('a target that is a text', () => {
  it('has a token at each place, and is the second input one place behind', async () => {
    const { outputs, manifest } = await run();
    expect(manifest).toMatchObject({
      inputShape: [7],
      labelShape: [4],
      classes: ['<padding>', '<unknown>', '<start>', '<end>', 'x', 'y', 'z'],
      inputs: [
        { name: 'source', shape: [3], offset: 0, vocabulary: 6 },
        { name: 'target', shape: [4], offset: 3, vocabulary: 7 },
      ],
      split: { stratify: false },
    });
    const part = await loadPart(place.store, outputs.dataset, 'train');
    expect(rowsOf(part.x, 7)).toEqual([
      [4, 5, 0, 2, 4, 5, 0],
      [5, 0, 0, 2, 5, 0, 0],
      [4, 4, 5, 2, 4, 5, 4],
      [5, 4, 0, 2, 5, 4, 6],
    ]);
    expect(rowsOf(part.y, 4)).toEqual([
      [4, 5, 3, 0],
      [5, 3, 0, 0],
      [4, 5, 4, 3],
      [5, 4, 6, 3],
    ]);
    expect(outputs).toMatchObject({ classes: [], target: { tokens: 7, length: 4, cut: 0 } });
  });

  it('is cut without an end where it is too long, and the step says so', async () => {
    const { outputs } = await run({ target: { ...TARGET, length: 3 } });
    const part = await loadPart(place.store, outputs.dataset, 'train');
    expect(rowsOf(part.y, 3)).toEqual([
      [4, 5, 3],
      [5, 3, 0],
      [4, 5, 4],
      [5, 4, 6],
    ]);
    expect(outputs.target?.cut).toBe(2);
    expect(place.logs).toContainEqual(expect.stringContaining('2 texts of "target"'));
  });

  it('has the vocabulary of the training part alone, and its capitals', async () => {
    await writeFile(path.join(place.folder, 'pairs.tsv'), 'a\tX x\na\tX\nb\tq\n');
    const split = { ...SPLIT, train: 0.7, validation: 0, test: 0.3, seed: 3 };
    const { outputs, manifest } = await run({ split });
    const test = await loadPart(place.store, outputs.dataset, 'test');
    const [row] = test.sourceRows;
    expect(row).toBe(2);
    expect(manifest.classes.slice(4)).toEqual(['X', 'x']);
    expect(rowsOf(test.y, 4)).toEqual([[1, 3, 0, 0]]);
  });

  it('is read from disk as it is from memory', async () => {
    const { outputs, manifest } = await run();
    const whole = await loadPart(place.store, outputs.dataset, 'train');
    const part = await openPart(place.store, manifest, 'train' satisfies PartName);
    const [x, y] = [new Float32Array(14), new Int32Array(8)];
    await part.read({ start: 2, x, y });
    await part.close();
    expect(part).toMatchObject({ labels: 4, rows: 4 });
    expect(part.labelCounts).toEqual([3, 0, 0, 4, 4, 4, 1]);
    expect([x, y]).toEqual([whole.x.slice(14), whole.y.slice(8)]);
  });

  it('needs one text to be made from', async () => {
    await expect(run({ features: [{ ...FEATURES[0]!, type: 'category' }] })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it.each<[string, JsonObject]>([
    ['another length', { labelShape: [5] }],
    ['no encoder', { targetEncoder: null }],
    ['no names', { classes: ['a', 'b'] }],
    ['no input', { inputs: [{ name: 'source', shape: [7], offset: 0 }] }],
  ])('is not read with %s', async (_, changes) => {
    const { stored } = await run();
    expect(decodeDataset(stored as Json)).toBeTruthy();
    expect(() => decodeDataset({ ...stored, ...changes })).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID' }),
    );
  });
});
