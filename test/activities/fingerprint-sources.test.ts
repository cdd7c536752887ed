import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fingerprintSources } from '../../src/activities/fingerprint-sources.ts';
import { checkoutFolder } from '../../src/artifacts/checkout-folder.ts';

const COMMIT = 'c'.repeat(40);
let folder: string;
let stateFolder: string;
let dataRoot: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'modelwright-fingerprint-'));
  stateFolder = path.join(folder, 'state');
  dataRoot = path.join(folder, 'project');
  for (const root of [dataRoot, checkoutFolder(stateFolder, COMMIT)]) {
    mkdirSync(path.join(root, 'in'), { recursive: true });
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(path.join(dataRoot, name), text);
const look = async (sources: readonly string[], commit?: string) =>
  (await fingerprintSources({ sources, commit }, { stateFolder, dataRoot })).sources;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('of a pattern changes with a file that comes, goes, changes or gets another name', async () => {
  const source = 'in/d-*.csv';
  const seen: string[] = [];
  const note = async () => seen.push((await look([source]))[source] ?? '');
  write('in/d-1.csv', 'x\n1\n');
  await note();
  write('in/d-2.csv', 'x\n2\n');
  await note();
  write('in/d-2.csv', 'x\n3\n');
  await note();
  renameSync(path.join(dataRoot, 'in/d-2.csv'), path.join(dataRoot, 'in/d-0.csv'));
  await note();
  expect(new Set(seen).size).toBe(4);
  write('in/other.csv', 'x\n');
  write('in/.d-9.csv', 'x\n');
  await note();
  expect(seen[4]).toBe(seen[3]);
  rmSync(path.join(dataRoot, 'in/d-0.csv'));
  await note();
  expect(seen[5]).toBe(seen[0]);
  expect(seen[0]).toBe(sha256('x\n1\n'));
});

it('of a run of a commit is that of the files there, also by a pattern', async () => {
  write('in/d-1.csv', 'of the project');
  write('in/e-1.csv', 'of the project');
  writeFileSync(path.join(checkoutFolder(stateFolder, COMMIT), 'in/d-7.csv'), 'of the commit');
  expect(await look(['in/d-*.csv', 'in/e-*.csv', 'in/d-7.csv'], COMMIT)).toEqual({
    'in/d-*.csv': sha256('of the commit'),
    'in/e-*.csv': sha256('of the project'),
    'in/d-7.csv': sha256('of the commit'),
  });
});

it('is DATA_NOT_FOUND where no file fits', async () => {
  await expect(look(['in/d-*.csv'])).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
});
