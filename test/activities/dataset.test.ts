import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetStep } from '../../src/activities/dataset.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import { loadPart } from '../../src/data/load-part.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const SPLIT = { train: 0.6, validation: 0.2, test: 0.2, stratify: true, seed: 1 };

let place: TestPlace;
let root: string;
beforeAll(async () => {
  place = await makeTestPlace();
  root = path.join(place.folder, 'project');
  await mkdir(root);
});
afterAll(() => place.remove());

async function run(
  text: string | Uint8Array,
  changes: Partial<DatasetStep['with']> = {},
): Promise<DatasetStep['outputs']> {
  await writeFile(path.join(root, 'data.csv'), text);
  const input = {
    source: 'data.csv',
    format: 'csv',
    target: 'y',
    split: SPLIT,
    ...changes,
  } as const;
  return datasetStep.run(input, place.context({ dataRoot: root }));
}

const manifestOf = (outputs: DatasetStep['outputs']): Promise<DatasetManifest> =>
  place.store.getJson<DatasetManifest>(outputs.dataset);

/** 20 rows: x counts from 0, the colour alternates, the class is the parity. */
const TABLE = `x,colour,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 3 ? 'red' : 'blue'},${i % 2}`).join('\n')}\n`;

describe('dataset', () => {
  it('reads the digits: 1,797 pictures in stratified parts, twice the same digest', async () => {
    const input: DatasetStep['with'] = {
      source: 'pipelines/data/digits.csv',
      format: 'csv',
      target: 'label',
      features: [
        { type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16], scale: 'none' },
      ],
      split: { train: 0.7, validation: 0.1, test: 0.2, stratify: true, seed: 7 },
    };
    const outputs = await datasetStep.run(input, place.context());
    expect(outputs.rows.train + outputs.rows.validation + outputs.rows.test).toBe(1797);
    expect(outputs.classes).toEqual([...'0123456789']);
    expect(outputs.inputShape).toEqual([8, 8, 1]);
    const { x, rows } = await loadPart(place.store, outputs.dataset, 'train');
    expect(x).toHaveLength(rows * 64);
    expect([Math.min(...x), Math.max(...x)]).toEqual([0, 1]);
    const again = await datasetStep.run(input, place.context());
    expect(again.dataset.sha256).toBe(outputs.dataset.sha256);
    const otherSeed = { ...input, split: { ...input.split, seed: 8 } };
    expect((await datasetStep.run(otherSeed, place.context())).dataset.sha256).not.toBe(
      outputs.dataset.sha256,
    );
  });

  it('fits encoders on the training part alone, and encodes every part with them', async () => {
    const outputs = await run(TABLE);
    const manifest = await manifestOf(outputs);
    expect(manifest.featureNames).toEqual(['x', 'colour=blue', 'colour=red']);
    const train = await loadPart(place.store, outputs.dataset, 'train');
    const values = [...train.sourceRows];
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(
      values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length,
    );
    for (const name of ['train', 'validation', 'test'] as const) {
      const part = await loadPart(place.store, outputs.dataset, name);
      part.sourceRows.forEach((row, index) => {
        const [x = 0, blue, red] = part.x.subarray(index * 3, index * 3 + 3);
        expect(x).toBeCloseTo((row - mean) / deviation, 5);
        expect([blue, red]).toEqual(row % 3 ? [0, 1] : [1, 0]);
        expect(part.y[index]).toBe(row % 2);
      });
    }
  });

  it('puts each row in one part and keeps the shares of the classes', async () => {
    const outputs = await run(TABLE);
    expect(outputs.rows).toEqual({ train: 12, validation: 4, test: 4 });
    const parts = await Promise.all(
      (['train', 'validation', 'test'] as const).map((name) =>
        loadPart(place.store, outputs.dataset, name),
      ),
    );
    const rows = parts.flatMap((part) => [...part.sourceRows]);
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    for (const { y, rows: count } of parts)
      expect(y.filter((label) => label === 1)).toHaveLength(count / 2);
  });

  it('imputes the median, gives a constant divisor 1, and counts what is missing', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `${i < 4 ? '' : i},5,${i % 2}`);
    const outputs = await run(`a,b,y\n${lines.join('\n')}\n`);
    expect(outputs.checks.missingValues).toBe(4);
    const { encoders } = await manifestOf(outputs);
    const train = await loadPart(place.store, outputs.dataset, 'train');
    const present = [...train.sourceRows].filter((row) => row >= 4).sort((a, b) => a - b);
    const half = present.length / 2;
    const median =
      ((present[Math.ceil(half) - 1] as number) + (present[Math.floor(half)] as number)) / 2;
    expect(encoders[0]).toMatchObject({ column: 'a', imputed: median });
    expect(encoders[1]).toMatchObject({ column: 'b', offset: 5, divisor: 1 });
  });

  it('counts duplicates and leaked rows', async () => {
    const outputs = await run(`x,y\n${'1,a\n2,b\n'.repeat(10)}`);
    expect(outputs.checks).toEqual({
      duplicateRows: 18,
      leakedRows: 8,
      missingValues: 0,
      missingByColumn: {},
      constantColumns: [],
      classCounts: { a: 10, b: 10 },
      similarTexts: 0,
      unseenCategories: 0,
    });
  });

  it('encodes a category that training lacks as zeros, and says so', async () => {
    const outputs = await run(
      `c,y\n${Array.from({ length: 20 }, (_, i) => `only${i},${i % 2}`).join('\n')}`,
    );
    const test = await loadPart(place.store, outputs.dataset, 'test');
    expect(test.x.every((value) => value === 0)).toBe(true);
    expect(place.logs).toContainEqual(expect.stringContaining('8 held-out rows'));
  });

  it('says which cell makes a column of numbers a category; a blank one does not', async () => {
    const table = (odd: string) =>
      `n,y\n${Array.from({ length: 20 }, (_, i) => `${i === 3 ? odd : i},${i % 2}`).join('\n')}\n`;
    expect((await run(table('  '))).inputShape).toEqual([1]);
    expect((await run(table('  '))).checks.missingValues).toBe(1);
    expect(place.logs).not.toContainEqual(expect.stringContaining('"n" is read as a category'));
    await run(table('NaN'));
    expect(place.logs).toContainEqual(
      expect.stringContaining('"n" is read as a category: 1 of its 20 cells, the first in row 3'),
    );
  });

  it('reads rows as another data set does, with its vocabulary and scales', async () => {
    const texts = (words: readonly string[]) => `t,n,y\n${words.map((word, i) => `${word} here,${10 * i},${i % 2}`).join('\n')}\n`;
    const features: DatasetStep['with']['features'] = [
      { type: 'text', columns: 't', length: 3, minCount: 1, scale: 'standard' },
      { type: 'number', columns: 'n', scale: 'standard' },
    ];
    const split = { ...SPLIT, train: 1, validation: 0, test: 0 };
    const first = await run(texts(['one', 'two', 'one', 'two']), { features, split });
    const readAs = first.dataset;
    const second = await run(texts(['two', 'six', 'one', 'six']), { readAs, split });
    const [one, other] = [await manifestOf(first), await manifestOf(second)];
    expect(other).toMatchObject({ encoders: one.encoders, inputs: one.inputs, inputShape: one.inputShape });
    const { x } = await loadPart(place.store, second.dataset, 'train');
    // here, one, two are 4, 5, 6 by their numbers; six is unknown. The number is scaled by 0, 10, 20, 30.
    const scaled = (n: number) => (n - 15) / Math.sqrt(125);
    const expected = [[6, 4, 0, scaled(0)], [1, 4, 0, scaled(10)], [5, 4, 0, scaled(20)], [1, 4, 0, scaled(30)]];
    const found = [0, 1, 2, 3].map((row) => [...x.subarray(4 * row, 4 * row + 4)]);
    expect(found).toHaveLength(4);
    for (const row of expected) {
      expect(found).toContainEqual(row.map((value) => expect.closeTo(value, 5) as number));
    }
    await expect(run(TABLE, { readAs })).rejects.toMatchObject({ code: 'DATA_INVALID' });
    await expect(run(TABLE, { readAs, features })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  }); // prettier-ignore

  it('reads quoted cells with commas, quotes and line ends, CRLF, and a byte order mark', async () => {
    const row = (i: number): string => `"a,""b""\nc",${i % 2}\r\n`;
    const outputs = await run(
      `\ufeff"the, text",y\r\n${Array.from({ length: 20 }, (_, i) => row(i)).join('')}`,
    );
    expect((await manifestOf(outputs)).featureNames).toEqual(['the, text=a,"b"\nc']);
  });

  it('asks for one kind of line ends where they are mixed', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `${i},${i % 2}${i % 3 ? '\n' : '\r\n'}`);
    await expect(run(`x,y\r\n${lines.join('')}`)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      remedy: expect.stringContaining('all lines end alike') as string,
    });
  });

  it.each<[string, string, string | Uint8Array, Partial<DatasetStep['with']>]>([
    ['DATA_INVALID', 'no column "z"', TABLE, { target: 'z' }],
    [
      'DATA_INVALID',
      'Column "x", row 1 (from 0): "two" is not a number',
      'x,y\n1,a\ntwo,b\n3,a\n4,b\n',
      {
        features: [{ type: 'number', columns: 'x', scale: 'none' }],
        split: { ...SPLIT, train: 1, validation: 0, test: 0 },
      },
    ],
    ['DATA_INVALID', 'row 2 (from 0): the target is empty', 'x,y\n1,a\n2,b\n3,\n', {}],
    ['DATA_INVALID', 'has 1 classes', 'x,y\n1,a\n2,a\n', {}],
    ['DATA_INVALID', 'Line: 3', 'x,y\n1,a\n2\n', {}],
    ['DATA_INVALID', 'twice', 'x,x,y\n1,2,a\n', {}],
    ['DATA_INVALID', 'no rows', 'x,y\n', {}],
    ['DATA_INVALID', 'no name for column', '', {}],
    ['DATA_INVALID', 'misplaced quote in "\\"a\\"b"', '"a"b,y\n1,a\n2,b\n', {}],
    ['DATA_INVALID', 'not UTF-8', Buffer.from('\ufeffx,y\n1,a\n2,b\n', 'utf16le'), {}],
    [
      'DATA_INVALID',
      'Maximum line size',
      `x,y\n1,a\n${'z'.repeat(3_000_000)},b\n`,
      { split: { ...SPLIT, train: 1, validation: 0, test: 0 } },
    ],
    [
      'DATA_INVALID',
      'Column "x", row 1 (from 0): the value is beyond a 32-bit float',
      'x,y\n0,a\n5,b\n',
      {
        features: [
          { type: 'image', columns: 'x', shape: [1, 1, 1], range: [0, 1e-40], scale: 'none' },
        ],
        split: { ...SPLIT, train: 1, validation: 0, test: 0 },
      },
    ],
    ['DATA_INVALID', 'no column besides', 'y\na\nb\n', {}],
    ['DATA_INVALID', 'not utf-8', Buffer.from([0x78, 0x2c, 0x79, 10, 0xff, 0x2c, 0x61, 10]), {}],
    [
      'DATA_INVALID',
      'No column matches "q*"',
      TABLE,
      { features: [{ type: 'number', columns: 'q*', scale: 'none' }] },
    ],
    [
      'DATA_INVALID',
      'two groups',
      TABLE,
      {
        features: [
          { type: 'number', columns: 'x', scale: 'none' },
          { type: 'category', columns: '*', scale: 'none' },
        ],
      },
    ],
    [
      'DATA_INVALID',
      'needs 4 columns; 1 match',
      TABLE,
      { features: [{ type: 'image', columns: 'x', shape: [2, 2, 1], scale: 'none' }] },
    ],
    ['DATA_INVALID', 'part "validation" gets no row', 'x,y\n1,a\n2,b\n', {}],
    ['SPEC_INVALID', 'sum to 1.4', TABLE, { split: { ...SPLIT, train: 1 } }],
  ])('refuses with %s, saying "%s"', async (code, said, text, changes) => {
    await expect(run(text, changes)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said) as string,
    });
  });
});

describe('the path of a source', () => {
  beforeAll(async () => {
    await writeFile(path.join(place.folder, 'outside.csv'), TABLE);
    await writeFile(path.join(root, 'inside.csv'), TABLE);
    await mkdir(path.join(root, 'folder'));
    await symlink(path.join(place.folder, 'outside.csv'), path.join(root, 'leak.csv'));
    await symlink(place.folder, path.join(root, 'up'));
    await symlink('inside.csv', path.join(root, 'fine.csv'));
    await symlink('/dev/zero', path.join(root, 'zero.csv'));
    execFileSync('mkfifo', [path.join(root, 'pipe.csv')]);
  });

  it.each([
    '../outside.csv', 'folder/../../outside.csv', '..\\outside.csv', '%2e%2e/outside.csv',
    'file:///etc/passwd', 'https://example.org/a.csv', '/etc/passwd', 'C:\\a.csv', '\\\\host\\a.csv',
    'leak.csv', 'up/outside.csv', 'zero.csv', 'pipe.csv', 'folder', '.', 'a\0.csv',
  ])('is refused: %j', async (source) => {
    const attempt = run(TABLE, { source });
    await expect(attempt).rejects.toMatchObject({ code: 'DATA_PATH_REFUSED' });
  }); // prettier-ignore

  it('may be a link that stays inside', async () => {
    expect((await run(TABLE, { source: 'fine.csv' })).rows.train).toBe(12);
  });

  it.each(['missing.csv', 'inside.csv/x.csv'])('must exist: %j', async (source) => {
    await expect(run(TABLE, { source })).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  });
});
