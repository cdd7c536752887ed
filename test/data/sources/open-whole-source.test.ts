import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openWholeSource } from '../../../src/data/sources/open-whole-source.ts';
import { SourceFiles } from '../../../src/data/sources/source-files.ts';
import { digestOfSource } from '../../../src/data/sources/source-shards.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-whole-'));
  await mkdir(path.join(root, 'in'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(path.join(root, 'in', name), text);

async function open(source: string) {
  const files = new SourceFiles();
  const rootOf = () => Promise.resolve(root);
  const table = await openWholeSource(source, { rootOf, scratch: path.join(root, 's'), files });
  return { ...table, digest: files.digest };
}

it('of several files has the rows of all, in the order of the names', async () => {
  await write('d-2.csv', 'x,y\n3,"c,c"\n');
  await write('d-10.csv', 'x,y\n1,a\n,b\n');
  await write('.d-0.csv', 'no table');
  expect(await open('in/d-*.csv')).toEqual({
    columns: ['x', 'y'],
    cells: [
      ['1', null, '3'],
      ['a', 'b', 'c,c'],
    ],
    digest: await digestOfSource(root, 'in/d-*.csv'),
  });
});

it('of JSON Lines has the keys of all files', async () => {
  await write('a.jsonl', '{"x":1}\n');
  await write('b.jsonl', '{"y":"q"}\n{"x":2}\n');
  const { columns, cells } = await open('in/?.jsonl');
  expect(columns).toEqual(['x', 'y']);
  expect(cells).toEqual([
    ['1', null, '2'],
    [null, 'q', null],
  ]);
});

it('of one file is that file', async () => {
  await write('d.csv', 'x\n1\n');
  const { columns, cells } = await open('in/d.csv');
  expect([columns, cells]).toEqual([['x'], [['1']]]);
});

it('is DATA_INVALID where the columns of files differ, and DATA_NOT_FOUND where there are none', async () => {
  await write('d-1.csv', 'x,y\n1,a\n');
  await write('d-2.csv', 'x,z\n1,a\n');
  await expect(open('in/d-*.csv')).rejects.toMatchObject({ code: 'DATA_INVALID' });
  await expect(open('in/e-*.csv')).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
});

it('has the rows of every block in which several files are read', async () => {
  const rows = 2 ** 20;
  const part = (from: number) =>
    `x,y,z\n${Array.from({ length: rows }, (_, at) => `${from + at},1,2`).join('\n')}\n`;
  await write('d-1.csv', part(0));
  await write('d-2.csv', part(rows));
  const { cells } = await open('in/d-*.csv');
  expect(cells[0]).toHaveLength(2 * rows);
  expect(cells[0]?.findIndex((cell, at) => cell !== String(at))).toBe(-1);
}, 60_000);
