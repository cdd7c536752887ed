import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expandSource, hashSource } from '../../../src/data/sources/source-shards.ts';
import { storageFailure } from '../../../src/data/sources/stream-source.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-shards-'));
  await mkdir(path.join(root, 'data'));
  for (const name of ['data/p-2.csv', 'data/p-10.csv', 'data/.p-0.csv', 'data/q.csv', 'top.csv']) {
    await writeFile(path.join(root, name), name);
  }
  await symlink('/etc/hostname', path.join(root, 'data', 'p-3.csv'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a source with a pattern', () => {
  it.each([
    ['data/p-*.csv', ['data/p-10.csv', 'data/p-2.csv', 'data/p-3.csv']],
    ['data/p-?.csv', ['data/p-2.csv', 'data/p-3.csv']],
    ['*.csv', ['top.csv']],
    ['data/missing.csv', ['data/missing.csv']],
  ])('%s names files in the order of their names', async (source, files) => {
    expect(await expandSource(root, source)).toEqual(files);
  });

  it('has the digest of each file, so that a change in any is seen', async () => {
    expect(await hashSource(root, 'data/p-1*')).toEqual({
      'data/p-10.csv': sha256('data/p-10.csv'),
    });
  });

  it('leads out of the project by no link', async () => {
    await expect(hashSource(root, 'data/p-*.csv')).rejects.toMatchObject({
      code: 'DATA_PATH_REFUSED',
    });
  });
});

describe('a failure of the column store', () => {
  it.each([
    ['IO Error: Could not write file "/s/cells.db": No space left on device', 'DISK_FULL'],
    ['Out of Memory Error: failed to allocate data of size 32.0 MiB', 'DATA_TOO_LARGE'],
  ])('%s is %s', (said, code) => {
    expect(storageFailure('/s/cells.db', new Error(said))).toMatchObject({ code });
  });

  it('is none of another error', () => {
    expect(storageFailure('/s/cells.db', new Error('Invalid Input Error: CSV'))).toBeNull();
  });
});
