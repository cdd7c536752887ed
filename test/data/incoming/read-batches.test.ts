import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Encoder } from '../../../src/data/dataset.ts';
import { readBatches, type BatchOptions } from '../../../src/data/incoming/read-batches.ts';
import { readCsvRows } from '../../../src/data/incoming/read-csv-rows.ts';
import { sniffFormat } from '../../../src/data/incoming/sniff-format.ts';
import { readCsv } from '../../../src/data/read-csv.ts';

const ENCODERS: readonly Encoder[] = [
  { type: 'number', column: 'n', scale: 'none', offset: 0, divisor: 1, imputed: -1 },
  { type: 'category', column: 'c', categories: ['x', 'y'] },
];

/** Pieces of a few bytes, so that characters, lines and quotes are cut anywhere. */
async function* piecesOf(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  text: string | Uint8Array,
  {
    skip = false,
    size = 3,
    ...given
  }: { skip?: boolean; size?: number } & Partial<BatchOptions> = {},
) {
  const faults: [number, string][] = [];
  const ignored: string[][] = [];
  const unseen: [string, number][] = [];
  const options: BatchOptions = {
    format: 'csv',
    encoders: ENCODERS,
    target: 'label',
    batchRows: 2,
    pictures: { rootOf: () => Promise.reject(new Error('none')), noteFile: () => undefined },
    onFault: (fault, row) => {
      if (!skip) throw fault;
      faults.push([row, fault.message]);
    },
    onIgnored: (columns) => void ignored.push([...columns]),
    onUnseen: (cells) => void unseen.push(...cells),
    ...given,
  };
  const rows: number[][] = [];
  const numbers: number[][] = [];
  for await (const batch of readBatches(
    { name: 'new.csv', chunks: piecesOf(text, size) },
    options,
  )) {
    numbers.push([...batch.numbers]);
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push(Array.from(batch.x.subarray(row * 3, row * 3 + 3)));
    }
  }
  return { rows, numbers, faults, ignored, unseen };
}

describe('readBatches', () => {
  it('reads CSV in order, in batches, columns by name', async () => {
    const found = await read('label,c,n\nq,x,1\nq,y,2\nq,z,\n');
    expect(found.rows).toEqual([
      [1, 1, 0],
      [2, 0, 1],
      [-1, 0, 0],
    ]);
    expect(found.numbers).toEqual([[0, 1], [2]]);
    expect(found.ignored).toEqual([]);
    expect(found.unseen).toEqual([['c', 1]]);
  });

  it('reads JSON Lines in order, blank lines passed over', async () => {
    const text = '{"n":1,"c":"x"}\r\n\n{"c":null,"n":2.5}\n{"n":null,"c":"y"}';
    const found = await read(text, { format: 'jsonl' });
    expect(found.rows).toEqual([
      [1, 1, 0],
      [2.5, 0, 0],
      [-1, 0, 1],
    ]);
    expect(found.numbers).toEqual([[0, 1], [2]]);
  });

  it('tells once of columns that the model does not read', async () => {
    expect((await read('n,c,a,b\n1,x,,\n')).ignored).toEqual([['a', 'b']]);
    const lines = '{"n":1,"c":"x","a":1}\n{"n":1,"c":"x","b":1}\n';
    expect((await read(lines, { format: 'jsonl' })).ignored).toEqual([['a']]);
  });

  it('names source, line, row and column of a cell that is no number', async () => {
    await expect(read('n,c\n1,x\n"a\nb",x\n')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'new.csv, line 4, row 1 (from 0), column "n": "a\\nb" is not a number',
      details: { row: 1, line: 4, column: 'n' },
    });
    await expect(
      read('{"n":1,"c":"x"}\n\n{"n":"1","c":"x"}', { format: 'jsonl' }),
    ).rejects.toMatchObject({
      message: 'new.csv, line 3, row 1 (from 0), column "n": "1" is not a number',
    });
  });

  it('leaves out rows that cannot be read where that is asked for, and keeps their numbers', async () => {
    const csv = await read('n,c\n1,x\noops,x\n3,x,9\n4\n5,y\n', { skip: true });
    expect(csv.numbers).toEqual([[0, 4]]);
    expect(csv.faults.map(([row]) => row)).toEqual([1, 2, 3]);
    expect(csv.faults[1]![1]).toBe('new.csv, line 4, row 2 (from 0): it has 3 cells, the header 2');
    const text = '{"n":1,"c":"x"}\n[1]\nnull\n{"n":1\n{"n":1}\n{"n":2,"c":"y"}\n';
    const json = await read(text, { skip: true, format: 'jsonl' });
    expect(json.numbers).toEqual([[0, 5]]);
    expect(json.faults.map(([row]) => row)).toEqual([1, 2, 3, 4]);
    expect(json.rows[1]).toEqual([2, 0, 1]);
  });

  it('takes no inherited property for a column', async () => {
    const encoders: Encoder[] = [{ type: 'category', column: 'constructor', categories: ['x'] }];
    await expect(read('{"n":1}', { format: 'jsonl', encoders })).rejects.toMatchObject({
      message: expect.stringContaining('column "constructor": there is no value') as string,
    });
  });

  it('names every column that a header lacks, and the one that was meant', async () => {
    await expect(read('N,q\n1,x\n')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: 'new.csv lacks the columns "n", "c" that the model reads',
      remedy: 'rename the column "N"',
    });
  });

  it.each([
    ['an empty file', '', /is empty/],
    ['a column named twice', 'n,n,c\n', /names the column "n" twice/],
    ['a column without a name', 'n,,c\n', /has no name for column 2/],
    ['an open quote', 'n,c\n1,"x\n', /cannot be read/],
    ['a misplaced quote', 'n,c\n1,x"y\n', /cannot be read/],
    ['bytes that are not UTF-8', Buffer.from([0x6e, 0x2c, 0x63, 0x0a, 0xff, 0x0a]), /UTF-8/],
  ])('refuses %s, even where rows may be left out', async (_, text, message) => {
    await expect(read(text, { skip: true })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('reads the same cells as the step dataset, however the bytes are cut', async () => {
    const text =
      '\ufeffn,"c ""quoted""",d\r\n1,"a,b",ü\r\n2,"line\nbreak",\r\n3,"""", x \r\n4,,"日本"\r\n';
    const folder = await mkdtemp(path.join(tmpdir(), 'modelwright-incoming-'));
    try {
      const table = await readCsv(Buffer.from(text), folder);
      for (const size of [1, 2, 7, 1000]) {
        const rows: unknown[][] = [];
        const options = { columns: table.columns, known: [], onIgnored: () => undefined };
        const source = { name: 'x', chunks: piecesOf(text, size) };
        for await (const { values, fault } of readCsvRows(source, options)) {
          expect(fault).toBeUndefined();
          rows.push([...values]);
        }
        const cells = rows.map((row) => row.map((cell) => (cell === '' ? null : cell)));
        const expected = table.cells[0]!.map((_, row) => table.cells.map((column) => column[row]));
        expect(cells).toEqual(expected);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('sniffFormat', () => {
  it.each([
    ['rows.csv', '{"n":1}', 'csv'],
    ['rows.NDJSON', 'n,c', 'jsonl'],
    ['-', '\ufeff \n {"n":1}', 'jsonl'],
    ['-', 'n,c\n1,x', 'csv'],
    ['rows', '', 'csv'],
  ])('takes %s that begins with %j for %s, and loses no byte', async (name, text, format) => {
    const found = await sniffFormat(name, piecesOf(text, 2));
    expect(found.format).toBe(format);
    const bytes: Uint8Array[] = [];
    for await (const chunk of found.chunks) bytes.push(chunk);
    expect(Buffer.concat(bytes).toString()).toBe(text);
  });
});
