import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { checkoutFolder, dataRootOf } from '../../src/artifacts/checkout-folder.ts';
import { readSourceFile } from '../../src/data/source-file.ts';
import { expandSource } from '../../src/data/sources/source-shards.ts';
import { materialiseSources } from '../../src/git/materialise-sources.ts';
import { listFiles } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/repository.ts';
import { temporaryFolder } from '../temporal/harness.ts';
import { TestRepository } from './git-repository.ts';

let folder: string;
let stateFolder: string;
let repository: TestRepository;

beforeEach(() => {
  folder = temporaryFolder();
  stateFolder = path.join(folder, '.modelwright');
  repository = new TestRepository(path.join(folder, 'r'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function materialise(commit: string): Promise<void> {
  const opened = await openRepository(repository.folder, { stateFolder });
  const files = await listFiles(opened, commit);
  const data = Object.fromEntries(files.map((file) => [file.path, file.blob]));
  await materialiseSources(opened, { stateFolder, commit, data });
}

const rootOf = (commit: string | undefined, source: unknown) =>
  dataRootOf({ stateFolder, project: folder, commit, source });

describe('the data of a commit', () => {
  it('lies in a folder of its own, once for all commits that share it, and cannot be written', async () => {
    repository.write('data/ü.csv', 'one');
    repository.write('other.csv', 'x');
    const first = repository.commit('one');
    repository.write('other.csv', 'y');
    const second = repository.commit('two');
    for (const commit of [first, second, first]) await materialise(commit);
    const fileOf = (commit: string, name: string) =>
      path.join(checkoutFolder(stateFolder, commit), name);
    expect(readFileSync(fileOf(first, 'other.csv'), 'utf8')).toBe('x');
    expect(readFileSync(fileOf(second, 'other.csv'), 'utf8')).toBe('y');
    expect(statSync(fileOf(first, 'data/ü.csv')).ino).toBe(
      statSync(fileOf(second, 'data/ü.csv')).ino,
    );
    expect(statSync(fileOf(first, 'other.csv')).mode & 0o222).toBe(0);
  });

  it('is what a run of that commit reads; anything else comes from the project', async () => {
    repository.write('in-both.csv', 'of the commit');
    const commit = repository.commit('one');
    await materialise(commit);
    writeFileSync(path.join(folder, 'in-both.csv'), 'of the project');
    writeFileSync(path.join(folder, 'project.csv'), 'of the project');
    const read = async (of: string | undefined, source: string) =>
      String((await readSourceFile(await rootOf(of, source), source)).bytes);
    expect(await read(commit, 'in-both.csv')).toBe('of the commit');
    expect(await read(commit, './in-both.csv')).toBe('of the commit');
    expect(await read(commit, 'project.csv')).toBe('of the project');
    expect(await read(undefined, 'in-both.csv')).toBe('of the project');
    expect(await read('0'.repeat(40), 'in-both.csv')).toBe('of the project');
  });

  it('of a source of several files is all of the commit or all of the project', async () => {
    for (const day of [1, 2, 3]) repository.write(`data/day-${day}.csv`, `x\n${day}\n`);
    repository.write('elsewhere/a.csv', '');
    const commit = repository.commit('one');
    await materialise(commit);
    mkdirSync(path.join(folder, 'data'));
    writeFileSync(path.join(folder, 'data', 'day-4.csv'), 'x\n4\n');
    writeFileSync(path.join(folder, 'data', 'night-1.csv'), 'x\n5\n');
    const files = async (of: string | undefined, source: string) =>
      expandSource(await rootOf(of, source), source);
    const days = ['data/day-1.csv', 'data/day-2.csv', 'data/day-3.csv'];
    expect(await files(commit, 'data/day-*.csv')).toEqual(days);
    expect(await files(commit, './data/day-?.csv')).toEqual(days);
    expect(await files(undefined, 'data/day-*.csv')).toEqual(['data/day-4.csv']);
    expect(await files(commit, 'data/night-*.csv')).toEqual(['data/night-1.csv']);
    await expect(files(commit, 'elsewhere/b*.csv')).rejects.toMatchObject({
      code: 'DATA_NOT_FOUND',
    });
    for (const source of ['../*', 'da*/day-1.csv', 'data/../../*']) {
      await expect(files(commit, source)).rejects.toMatchObject({ code: 'DATA_PATH_REFUSED' });
    }
  });

  it('is all there where files are many, and one is as large as is taken', async () => {
    for (let at = 0; at < 300; at += 1) repository.write(`data/${at}.bin`, Buffer.alloc(4_000, at));
    repository.write('data/large.bin', Buffer.alloc(2 ** 26 + 1));
    const commit = repository.commit('one');
    await materialise(commit);
    const read = (name: string) =>
      readFileSync(path.join(checkoutFolder(stateFolder, commit), 'data', name));
    for (let at = 0; at < 300; at += 1) {
      expect(read(`${at}.bin`).equals(Buffer.alloc(4_000, at))).toBe(true);
    }
    expect(read('large.bin')).toHaveLength(2 ** 26 + 1);
  });

  it('is refused over 256 MiB before anything is written', async () => {
    repository.write('data/large.bin', Buffer.alloc(2 ** 28 + 1));
    const commit = repository.commit('one');
    await expect(materialise(commit)).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
    expect(existsSync(path.join(stateFolder, 'checkouts'))).toBe(false);
  });

  it.each([
    '../secret',
    '/etc/passwd',
    'a/../../../secret',
    'link',
    'folder',
    'a\0b',
    'x'.repeat(5_000),
  ])('does not lead out by the source %j', async (source) => {
    repository.write('a/b', '');
    const commit = repository.commit('one');
    await materialise(commit);
    const checkout = checkoutFolder(stateFolder, commit);
    writeFileSync(path.join(stateFolder, 'checkouts', 'secret'), 'secret');
    mkdirSync(path.join(checkout, 'folder'));
    symlinkSync('/etc/passwd', path.join(checkout, 'link'));
    const reading = readSourceFile(await rootOf(commit, source), source);
    await expect(reading).rejects.toMatchObject({
      code: expect.stringMatching(/^DATA_(PATH_REFUSED|NOT_FOUND|INVALID)$/),
    });
  });

  it.each(['../..', '', 'main', 'A'.repeat(40), `${'a'.repeat(40)}/..`])(
    'has no folder for %j, which is no commit id',
    async (commit) => {
      await expect(rootOf(commit, 'x')).rejects.toMatchObject({ code: 'DATA_PATH_REFUSED' });
    },
  );
});
