/** The same cells by the step `dataset` and as new rows, for every type of encoder. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { datasetStep } from '../../../src/activities/dataset.ts';
import type { DatasetStep } from '../../../src/activities/step-types.ts';
import type { DatasetManifest } from '../../../src/data/dataset.ts';
import { readBatches, type BatchOptions } from '../../../src/data/incoming/read-batches.ts';
import { picturesInBase64 } from '../../../src/data/incoming/picture-cells.ts';
import { createRowEncoder } from '../../../src/data/incoming/row-encoder.ts';
import { loadPart, type LoadedPart } from '../../../src/data/load-part.ts';
import { makeTestPlace, type TestPlace } from '../../activities/step-context.ts';

const FEATURES: NonNullable<DatasetStep['with']['features']> = [
  { type: 'number', columns: 'n', scale: 'standard' },
  { type: 'category', columns: 'c', scale: 'standard' },
  { type: 'date', columns: 'd', scale: 'minmax', parts: ['year', 'month', 'weekday', 'hour'] },
  { type: 'date', columns: 'u', scale: 'standard', dateFormat: 'unix' },
  { type: 'image', columns: 'p?', shape: [1, 2, 1], range: [0, 16], scale: 'standard' },
  { type: 'sequence', columns: 's?', scale: 'standard', shape: [2, 2] },
  { type: 'sequence', columns: 'l', scale: 'minmax', shape: [3, 2] },
  { type: 'text', columns: 't', scale: 'standard', length: 6, minCount: 1, marks: true },
  { type: 'text', columns: 'b', scale: 'standard', length: 9, minCount: 1, tokenizer: 'bpe', vocabulary: 300 },
  { type: 'image', columns: 'file', from: 'files', shape: [3, 4, 3], fit: 'contain', scale: 'standard' },
]; // prettier-ignore

/** Cells as JSON has them; `null` stands for what is missing. */
const rowOf = (i: number) => ({
  n: i % 7 === 0 ? null : Math.sin(i) * 1e3,
  c: ['red', null, 'blue'][i % 3] as string | null,
  d: i % 5 === 0 ? null : `20${10 + i}-0${1 + (i % 9)}-17T1${i % 10}:30`,
  u: i % 6 === 0 ? null : 86_400.5 * i * 37,
  p0: i % 4 === 0 ? null : i,
  p1: i / 3,
  s0: i,
  s1: i % 8 === 0 ? null : -i,
  s2: i / 7,
  s3: 1e-3 * i,
  l: i % 9 === 0 ? null : Array.from({ length: i % 5 }, (_, step) => [step * i, i % 2 ? null : 0.1]),
  t: i % 10 === 0 ? null : `Straße no. ${i}: don't, ÉTÉ\n日本 "x"`,
  b: i % 11 === 0 ? null : `tokens of ${i} 😀 words, ${'again '.repeat(i % 4)}`,
  file: `pictures/${i % 3}.${i % 3 === 2 ? 'jpg' : 'png'}`,
  label: i % 2 ? 'a' : 'b',
}); // prettier-ignore
const ROWS = Array.from({ length: 20 }, (_, i) => rowOf(i));
const COLUMNS = Object.keys(rowOf(0)) as (keyof ReturnType<typeof rowOf>)[];

function csvOf(rows: readonly ReturnType<typeof rowOf>[]): string {
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return value === null ? '' : `"${text.replaceAll('"', '""')}"`;
  };
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\n');
}

let place: TestPlace;
let root: string;
let part: LoadedPart & { readonly manifest: DatasetManifest };

beforeAll(async () => {
  place = await makeTestPlace();
  root = path.join(place.folder, 'project');
  await mkdir(path.join(root, 'pictures'), { recursive: true });
  for (const i of [0, 1, 2]) {
    const noise = Buffer.from(Array.from({ length: 7 * 5 * 3 }, (_, at) => (at * 37 * (i + 1)) % 256));
    const picture = sharp(noise, { raw: { width: 7, height: 5, channels: 3 } });
    const bytes = await (i === 2 ? picture.jpeg() : picture.png()).toBuffer();
    await writeFile(path.join(root, `pictures/${i}.${i === 2 ? 'jpg' : 'png'}`), bytes);
  }
  await writeFile(path.join(root, 'rows.csv'), csvOf(ROWS));
  const { dataset } = await datasetStep.run(
    {
      source: 'rows.csv',
      target: 'label',
      features: FEATURES,
      split: { train: 1, validation: 0, test: 0, stratify: false, seed: 1 },
    },
    place.context({ dataRoot: root }),
  );
  part = await loadPart(place.store, dataset, 'train');
}); // prettier-ignore
afterAll(() => place.remove());

/** The rows of the data set by their rows in the source. */
function storedRow(row: number): Float32Array {
  const width = part.x.length / part.rows;
  const at = part.sourceRows.indexOf(row);
  return part.x.slice(at * width, (at + 1) * width);
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function read(text: string, given: Partial<BatchOptions> = {}) {
  return readBatches(
    { name: 'new', chunks: once(text) },
    {
      format: 'csv',
      encoders: part.manifest.encoders,
      target: 'label',
      batchRows: 7,
      pictures: { rootOf: () => Promise.resolve(root), noteFile: () => undefined },
      onFault: (fault) => {
        throw fault;
      },
      onIgnored: () => undefined,
      onUnseen: () => undefined,
      ...given,
    },
  );
}

async function allRows(batches: ReturnType<typeof read>): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for await (const { x, rows, numbers } of batches) {
    const width = x.length / Math.max(rows, 1);
    numbers.forEach((row, at) => (found[row] = x.slice(at * width, (at + 1) * width)));
  }
  return found;
}

const STORED = () => ROWS.map((_, row) => storedRow(row));

describe('new rows', () => {
  it('have every type of encoder in this test', () => {
    const types = new Set(part.manifest.encoders.map(({ type }) => type));
    expect([...types].sort()).toEqual(
      ['category', 'date', 'image', 'number', 'picture', 'sequence', 'text'],
    ); // prettier-ignore
    const written = STORED().flatMap((row) => [...row]);
    expect(new Set(written).size).toBeGreaterThan(200);
  });

  it('of CSV have the bits of the data set', async () => {
    expect(await allRows(read(csvOf(ROWS)))).toEqual(STORED());
  });

  it('of JSON Lines have the bits of the data set', async () => {
    const lines = ROWS.map((row) => JSON.stringify(row)).join('\n');
    expect(await allRows(read(lines, { format: 'jsonl' }))).toEqual(STORED());
  });

  it('of a request, pictures in base64, have the bits of the data set', async () => {
    const options = { notation: 'json', pictures: picturesInBase64 } as const;
    const encoder = createRowEncoder(part.manifest.encoders, options);
    const reading = encoder.begin();
    for (const [index, row] of ROWS.entries()) {
      const bytes = await readFile(path.join(root, row.file));
      const sent: Record<string, unknown> = { ...row, file: bytes.toString('base64') };
      const out = new Float32Array(encoder.width);
      const values = encoder.columns.map((column) => sent[column]);
      expect(await reading.encode(values, out, 0)).toBeNull();
      expect(out).toEqual(storedRow(index));
    }
  });

  it.each([
    ['leads out of the project', '../secret.png', 'DATA_PATH_REFUSED'],
    ['is absolute', '/etc/passwd', 'DATA_PATH_REFUSED'],
    ['is a URL', 'file:///etc/passwd', 'DATA_PATH_REFUSED'],
    ['leaves by a link', 'pictures/link.png', 'DATA_PATH_REFUSED'],
    ['is a folder', 'pictures', 'DATA_PATH_REFUSED'],
    ['is not there', 'pictures/none.png', 'DATA_NOT_FOUND'],
    ['is no picture', 'rows.csv', 'DATA_INVALID'],
  ])('name a picture whose path %s by row and column', async (_, file, code) => {
    await symlink('/etc/passwd', path.join(root, 'pictures/link.png')).catch(() => undefined);
    const text = csvOf([ROWS[0]!, { ...ROWS[1]!, file }]);
    await expect(allRows(read(text))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/row 1 \(from 0\), column "file": /) as string,
      remedy: expect.stringMatching(/./) as string,
      details: { row: 1, column: 'file' },
    });
    const faults: number[] = [];
    const kept = await allRows(read(text, { onFault: (_fault, row) => void faults.push(row) }));
    expect({ faults, kept }).toEqual({ faults: [1], kept: [storedRow(0)] });
  });

  it('tell which pictures were read', async () => {
    const noted: string[] = [];
    const pictures = {
      rootOf: () => Promise.resolve(root),
      noteFile: (file: string) => void noted.push(file),
    };
    await allRows(read(csvOf(ROWS.slice(0, 3)), { pictures }));
    expect(noted).toEqual(['pictures/0.png', 'pictures/1.png', 'pictures/2.jpg']);
  });
});
