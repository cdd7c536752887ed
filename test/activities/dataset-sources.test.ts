/** The step over each kind of source and feature, from files to stored parts. */
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { datasetStep } from '../../src/activities/dataset.ts';
import { humanReviewStep } from '../../src/activities/human-review.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { Predictions } from '../../src/ml/model.ts';
import type { ReviewItems } from '../../src/workflows/run-state.ts';
import type { DatasetStep } from '../../src/activities/step-types.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import { loadPart } from '../../src/data/load-part.ts';
import { loadShown } from '../../src/data/load-shown.ts';
import { makeTestPlace, type TestPlace } from './step-context.ts';

const SPLIT = { train: 0.6, validation: 0.2, test: 0.2, stratify: true, seed: 1 };
const ALL = { ...SPLIT, train: 1, validation: 0, test: 0 };

let place: TestPlace;
let root: string;
beforeAll(async () => {
  place = await makeTestPlace();
  root = path.join(place.folder, 'project');
  await mkdir(root);
});
afterAll(() => place.remove());

async function put(name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

const run = (input: Omit<DatasetStep['with'], 'split'> & Partial<DatasetStep['with']>) =>
  datasetStep.run({ split: SPLIT, ...input }, place.context({ dataRoot: root }));

const manifestOf = (outputs: DatasetStep['outputs']): Promise<DatasetManifest> =>
  place.store.getJson<DatasetManifest>(outputs.dataset);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ROWS = Array.from({ length: 20 }, (_, i) => ({
  x: i / 2,
  c: i % 3 ? 'red' : 'blue',
  y: i % 2,
}));

describe('the same table in any format', () => {
  it('makes the same parts', async () => {
    const csv = `x,c,y\n${ROWS.map(({ x, c, y }) => `${x},${c},${y}`).join('\n')}\n`;
    await put('t.csv', csv);
    await put('t.tsv', csv.replaceAll(',', '\t'));
    await put('t.json', JSON.stringify(ROWS));
    await put('t.jsonl', ROWS.map((row) => JSON.stringify(row)).join('\n'));
    const parts = [];
    for (const ending of ['csv', 'tsv', 'json', 'jsonl']) {
      const outputs = await run({ source: `t.${ending}`, target: 'y' });
      parts.push((await manifestOf(outputs)).parts);
    }
    const asked = await run({ source: 't.csv', target: 'y', query: 'SELECT * FROM data' });
    parts.push((await manifestOf(asked)).parts);
    for (const other of parts) expect(other).toEqual(parts[0]);
    expect((await run({ source: 't.csv', target: 'y' })).fingerprint).toBe(sha256(csv));
  });

  it('keeps columns beside the rows that no model reads', async () => {
    const csv = `x,c,y\n${ROWS.map(({ x, c, y }) => `${x},${c},${y}`).join('\n')}\n`;
    await put('kept.csv', csv);
    const outputs = await run({ source: 'kept.csv', target: 'y', keep: ['c'] });
    const { featureNames } = await manifestOf(outputs);
    expect(featureNames).toEqual(['x']);
    const { columns } = await loadShown(place.store, outputs.dataset, 'test');
    const { sourceRows } = await loadPart(place.store, outputs.dataset, 'test');
    expect(columns).toEqual({ c: Array.from(sourceRows, (row) => ROWS[row]!.c) });
    const named = { type: 'category' as const, columns: 'c', scale: 'none' as const };
    const both = await run({ source: 'kept.csv', target: 'y', keep: ['c'], features: [named] });
    expect((await manifestOf(both)).featureNames).toEqual(['c=blue', 'c=red']);
    await expect(run({ source: 'kept.csv', target: 'y', keep: ['d'] })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('"d"') as string,
    });
  });

  it('may be joined by a query, and is one of several files then', async () => {
    await put('rows.csv', `k,y\n${ROWS.map((_, i) => `${i},${i % 2}`).join('\n')}\n`);
    await put('more.json', JSON.stringify(ROWS.map((_, i) => ({ k: i, v: i * i }))));
    const outputs = await run({
      source: 'rows.csv',
      tables: { more: 'more.json' },
      query: 'SELECT v, y FROM data JOIN more USING (k) ORDER BY k',
      target: 'y',
    });
    expect((await manifestOf(outputs)).featureNames).toEqual(['v']);
    await put('more.json', JSON.stringify(ROWS.map((_, i) => ({ k: i, v: i }))));
    const again = await run({
      source: 'rows.csv',
      tables: { more: 'more.json' },
      query: 'SELECT v, y FROM data JOIN more USING (k) ORDER BY k',
      target: 'y',
    });
    expect(again.fingerprint).not.toBe(outputs.fingerprint);
  });

  it("are read from the run's commit where that holds them, each on its own", async () => {
    const commit = 'c'.repeat(40);
    await put('own/rows.csv', 'k,y\n1,a\n2,b\n');
    await put('own/more.json', '[{"k":1,"v":10},{"k":2,"v":20}]');
    await put(`state/checkouts/${commit}/own/rows.csv`, 'k,y\n2,a\n1,b\n');
    const context = {
      ...place.context({ dataRoot: root }),
      project: root,
      stateFolder: path.join(root, 'state'),
    };
    const input = {
      source: 'own/rows.csv',
      tables: { more: 'own/more.json' },
      query: 'SELECT v, y FROM data JOIN more USING (k) ORDER BY y',
      target: 'y',
      features: [{ type: 'number', columns: 'v', scale: 'none' }],
      split: ALL,
    } satisfies DatasetStep['with'];
    const read = async (run: typeof context.run) => {
      const outputs = await datasetStep.run(input, { ...context, run });
      return [...(await loadPart(place.store, outputs.dataset, 'train')).x];
    };
    expect(await read(context.run)).toEqual([10, 20]);
    expect(await read({ ...context.run, commit })).toEqual([20, 10]);
  });

  it.each([
    ['SPEC_INVALID', { format: 'csv', labels: 'l' }],
    ['SPEC_INVALID', { tables: { a: 't.csv' } }],
    ['SPEC_INVALID', { query: 'SELECT 1', tables: { data: 't.csv' } }],
    ['SPEC_INVALID', { query: 'SELECT 1', format: 'idx' }],
    ['SPEC_MISSING_KEY', { format: 'idx' }],
    ['DATA_PATH_REFUSED', { query: 'SELECT * FROM o', tables: { o: '../secret.csv' } }],
  ] as const)('is refused with %s for %j', async (code, keys) => {
    await expect(run({ source: 't.csv', target: 'y', ...keys })).rejects.toMatchObject({ code });
  });
});

describe('pictures', () => {
  const colour = (i: number) => ({ r: i % 2 ? 255 : 0, g: 0, b: 10 * i });
  beforeAll(async () => {
    for (let i = 0; i < 10; i += 1) {
      const picture = sharp({
        create: { width: 6, height: 4, channels: 3, background: colour(i) },
      });
      await put(`shapes/${i % 2 ? 'red' : 'black'}/${i}.png`, await picture.png().toBuffer());
    }
    await put('shapes/red/notes.txt', 'no picture');
    await put('shapes/.hidden/x.png', 'no picture');
  });

  it('come from a folder for each class, resized', async () => {
    const outputs = await run({
      source: 'shapes',
      format: 'image-folder',
      target: 'label',
      features: [{ type: 'image', columns: 'image', shape: [2, 3, 3], scale: 'none' }],
    });
    expect(outputs.classes).toEqual(['black', 'red']);
    expect(outputs.inputShape).toEqual([2, 3, 3]);
    const manifest = await manifestOf(outputs);
    expect(manifest.inputs).toBeUndefined();
    expect(manifest.encoders).toEqual([
      { type: 'picture', column: 'image', shape: [2, 3, 3], fit: 'fill' },
    ]);
    const { x, y, rows } = await loadPart(place.store, outputs.dataset, 'train');
    for (let row = 0; row < rows; row += 1) {
      const [red = NaN, green] = x.subarray(row * 18, row * 18 + 18);
      expect([red, green]).toEqual([y[row], 0]);
    }
  });

  it('have their own size where all have the same', async () => {
    const outputs = await run({ source: 'shapes', format: 'image-folder', target: 'label' });
    expect(outputs.inputShape).toEqual([4, 6, 3]);
    const odd = sharp({ create: { width: 5, height: 4, channels: 3, background: '#000' } });
    await put('mixed/a/1.png', await odd.png().toBuffer());
    await put('mixed/b/1.png', await odd.resize(7, 4).jpeg().toBuffer());
    await expect(
      run({ source: 'mixed', format: 'image-folder', target: 'label', split: ALL }),
    ).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('row 1 (from 0) is 4×7, the first 4×5') as string,
    });
  });

  it('may be named by a column, beside numbers: two inputs', async () => {
    const lines = Array.from(
      { length: 10 },
      (_, i) => `shapes/${i % 2 ? 'red' : 'black'}/${i}.png,${i},${i % 2}`,
    );
    await put('files.csv', `file,n,y\n${lines.join('\n')}\n`);
    const outputs = await run({
      source: 'files.csv',
      target: 'y',
      features: [
        { type: 'number', columns: 'n', scale: 'none' },
        { type: 'image', from: 'files', columns: 'file', shape: [2, 2, 1], scale: 'none' },
      ],
    });
    expect(outputs.inputShape).toEqual([5]);
    expect((await manifestOf(outputs)).inputs).toEqual([
      { name: 'table', shape: [1], offset: 0 },
      { name: 'file', shape: [2, 2, 1], offset: 1 },
    ]);
    expect(outputs.fingerprint).not.toBe(sha256(`file,n,y\n${lines.join('\n')}\n`));
  });

  it('are compared by what they show', async () => {
    const same = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123' } })
      .png()
      .toBuffer();
    for (const name of ['a/1', 'a/2', 'b/1']) await put(`twins/${name}.png`, same);
    const { checks } = await run({
      source: 'twins',
      format: 'image-folder',
      target: 'label',
      split: ALL,
    });
    expect(checks).toMatchObject({ duplicateRows: 1, constantColumns: ['image'] });
  });

  it('come from IDX files, with a test part of their own', async () => {
    const idx = (sizes: number[], values: number[]) => {
      const header = Buffer.alloc(4 + 4 * sizes.length);
      header.set([0, 0, 8, sizes.length]);
      sizes.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
      return gzipSync(Buffer.concat([header, Buffer.from(values)]));
    };
    const labels = Array.from({ length: 20 }, (_, i) => i % 2);
    await put(
      'train-images-idx3-ubyte.gz',
      idx(
        [20, 1, 2],
        labels.flatMap((l, i) => [255 * l, i]),
      ),
    );
    await put('train-labels-idx1-ubyte.gz', idx([20], labels));
    await put('t10k-images-idx3-ubyte.gz', idx([2, 1, 2], [255, 0, 0, 255]));
    await put('t10k-labels-idx1-ubyte.gz', idx([2], [1, 0]));
    const outputs = await run({
      source: 'train-images-idx3-ubyte.gz',
      labels: 'train-labels-idx1-ubyte.gz',
      testFiles: { images: 't10k-images-idx3-ubyte.gz', labels: 't10k-labels-idx1-ubyte.gz' },
      target: 'label',
      split: { ...SPLIT, column: 'part', validation: 0.1 },
    });
    expect(outputs.rows).toEqual({ train: 18, validation: 2, test: 2 });
    expect(outputs.inputShape).toEqual([1, 2, 1]);
    const test = await loadPart(place.store, outputs.dataset, 'test');
    expect([...test.x]).toEqual([1, 0, 0, 1]);
    expect([...test.sourceRows]).toEqual([20, 21]);
  });

  it.each<[string, string, () => Promise<void>]>([
    [
      'a link in a class',
      'DATA_PATH_REFUSED',
      () => symlink('/etc/hostname', path.join(root, 'bad0/a/x.png')),
    ],
    ['a link to a class', 'DATA_PATH_REFUSED', () => symlink('/etc', path.join(root, 'bad1/etc'))],
    [
      'a folder in a class',
      'DATA_PATH_REFUSED',
      async () => void (await mkdir(path.join(root, 'bad2/a/x'))),
    ],
    ['no picture at all', 'DATA_INVALID', () => put('bad3/a/readme.txt', 'none')],
    ['a picture that is none', 'DATA_INVALID', () => put('bad4/b/x.png', '<svg/>')],
  ])('are refused for %s', async (name, code, make) => {
    const index = [
      'a link in a class',
      'a link to a class',
      'a folder in a class',
      'no picture at all',
    ].indexOf(name);
    const folder = `bad${index < 0 ? 4 : index}`;
    await mkdir(path.join(root, folder, 'a'), { recursive: true });
    if (index < 0) {
      await put(
        `${folder}/a/1.png`,
        await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
          .png()
          .toBuffer(),
      );
    }
    await make();
    await expect(
      run({ source: folder, format: 'image-folder', target: 'label', split: ALL }),
    ).rejects.toMatchObject({ code });
  });

  it.each(['../shapes', '/etc', 't.csv', 'nowhere', 'link'])(
    'are not looked for in %j',
    async (source) => {
      if (source === 'link') await symlink(place.folder, path.join(root, 'link'));
      await expect(run({ source, format: 'image-folder', target: 'label' })).rejects.toMatchObject({
        code: source === 'nowhere' ? 'DATA_NOT_FOUND' : 'DATA_PATH_REFUSED',
      });
    },
  );
});

describe('texts', () => {
  it('come from a folder for each class, and are shown as they are written', async () => {
    for (let i = 0; i < 10; i += 1) {
      await put(
        `mail/${i % 2 ? 'spam' : 'ham'}/${i}.txt`,
        `Mail ${i}:\n${i % 2 ? 'BUY' : 'Hello'}!\n`,
      );
    }
    const outputs = await run({
      source: 'mail',
      format: 'text-folder',
      target: 'label',
      features: [{ type: 'text', columns: 'text', length: 8, minCount: 3, scale: 'none' }],
    });
    expect(outputs.inputShape).toEqual([8]);
    const manifest = await manifestOf(outputs);
    expect(manifest.inputs).toEqual([
      { name: 'text', shape: [8], offset: 0, vocabulary: expect.any(Number) as number },
    ]);
    const test = await loadPart(place.store, outputs.dataset, 'test');
    const shown = await loadShown(place.store, outputs.dataset, 'test');
    // Files of a class come in the order of their names: 0, 2, 4, 6, 8 of ham, then spam.
    const number = (row: number) => (row < 5 ? 2 * row : 2 * (row - 5) + 1);
    expect(shown.columns['text']).toEqual(
      Array.from(test.sourceRows, (row) => `Mail ${number(row)}:\n${row < 5 ? 'Hello' : 'BUY'}!\n`),
    );
    expect(outputs.checks.similarTexts).toBe(outputs.rows.validation + outputs.rows.test);
    expect(outputs.checks.leakedRows).toBe(0);
  });

  it('reach the reviewer as they are written', async () => {
    const outputs = await run({
      source: 'mail',
      format: 'text-folder',
      target: 'label',
      features: [{ type: 'text', columns: 'text', length: 2, minCount: 1, scale: 'none' }],
    });
    const { sourceRows, y } = await loadPart(place.store, outputs.dataset, 'test');
    const rows = Array.from(sourceRows, (sourceRow, row) => ({ row, sourceRow, reason: 'unsure' }));
    const predictions: Predictions = {
      part: 'test',
      classes: outputs.classes,
      sourceRows: [...sourceRows],
      labels: [...y],
      probabilities: rows.map(() => [0.5, 0.5]),
    };
    const { store } = place;
    const opening = await humanReviewStep.run(
      {
        predictions: await store.putJson(predictions, MEDIA_TYPE.predictions),
        flagged: await store.putJson({ part: 'test', rows }, MEDIA_TYPE.rows),
        dataset: outputs.dataset,
        quorum: 1,
        fourEyes: false,
        timeout: '1d',
        onTimeout: 'fail',
        onReject: 'fail',
      },
      place.context(),
    );
    const { items } = await store.getJson<ReviewItems>(opening.items);
    expect(items.map(({ input }) => input.kind)).toEqual(['text', 'text']);
    for (const { input, sourceRow } of items) {
      const said = (sourceRow ?? NaN) < 5 ? 'Hello!' : 'BUY!';
      expect(input.kind === 'text' && input.text).toMatch(new RegExp(`^Mail \\d:\\n${said}\\n$`));
    }
  });

  it.each([
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0x41)],
    ['a NUL character', 'a\0b'],
    ['is empty', ' \n'],
  ])('are refused with their path: %s', async (said, content) => {
    await put('odd/a/good.txt', 'good');
    await put('odd/b/bad.txt', content);
    await expect(
      run({ source: 'odd', format: 'text-folder', target: 'label', split: ALL }),
    ).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(new RegExp(`odd/b/bad.txt.*${said}`)) as string,
    });
  });

  it('are inputs of their own beside a table, whose columns stay together', async () => {
    const rows = ROWS.map(({ x, c, y }, i) => ({
      x, c, y, subject: `Offer ${i}`, body: 'some words', day: `2024-01-${10 + i}`, beat: [i, [2 * i][0]],
    })); // prettier-ignore
    await put('mixed.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const text = { type: 'text', scale: 'none', length: 4, minCount: 1 } as const;
    const outputs = await run({
      source: 'mixed.jsonl',
      target: 'y',
      features: [
        { type: 'number', columns: 'x', scale: 'none' },
        { ...text, columns: 'subject', name: 'title' },
        { type: 'category', columns: 'c', scale: 'none' },
        { ...text, columns: 'body' },
        { type: 'sequence', columns: 'beat', shape: [3], scale: 'none' },
        { type: 'date', columns: 'day', parts: ['month', 'weekday'], scale: 'none' },
      ],
    });
    const { inputs = [], featureNames, encoders } = await manifestOf(outputs);
    expect(inputs).toEqual([
      { name: 'table', shape: [7], offset: 0 },
      { name: 'title', shape: [4], offset: 7, vocabulary: expect.any(Number) as number },
      { name: 'body', shape: [4], offset: 11, vocabulary: 6 },
      { name: 'beat', shape: [3, 1], offset: 15 },
    ]);
    expect(outputs.inputShape).toEqual([18]);
    expect(featureNames.slice(0, 8)).toEqual([
      'x', 'c=blue', 'c=red', 'day.month.sin', 'day.month.cos', 'day.weekday.sin', 'day.weekday.cos',
      'subject[0]',
    ]); // prettier-ignore
    expect(encoders.map(({ type }) => type)).toEqual([
      'number',
      'category',
      'date',
      'text',
      'text',
      'sequence',
    ]);
    const { x, rows: count, sourceRows } = await loadPart(place.store, outputs.dataset, 'train');
    for (let row = 0; row < count; row += 1) {
      const source = sourceRows[row] as number;
      const values = [...x.subarray(row * 18, (row + 1) * 18)];
      expect(values[0]).toBe(source / 2);
      expect(values.slice(11, 15)).toEqual([4, 5, 0, 0]);
      expect(values.slice(15)).toEqual([source, 2 * source, 0]);
    }
  });

  it('need names of their own', async () => {
    const text = { type: 'text', scale: 'none', minCount: 1, name: 'same' } as const;
    await expect(
      run({
        source: 'mixed.jsonl',
        target: 'y',
        features: [{ ...text, columns: ['subject', 'body'] }],
      }),
    ).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      remedy: expect.stringContaining('name') as string,
    });
  });
});
