import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileAtomic, isTempName, writeFileAtomic } from '../../src/artifacts/atomic-file.ts';
import { failingFileSystem } from './failing-file-system.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'modelwright-atomic-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const OLD = Buffer.from('old '.repeat(1000));
const NEW = Buffer.from('new '.repeat(5000));

it('replaces a file and leaves nothing beside it', async () => {
  const file = path.join(folder, 'a', 'b', 'x.bin');
  await writeFileAtomic(file, OLD);
  await writeFileAtomic(file, NEW);
  expect(Buffer.compare(await readFile(file), NEW)).toBe(0);
  expect(await readdir(path.dirname(file))).toEqual(['x.bin']);
});

it('leaves the old file or the new one when any single file-system call fails', async () => {
  const file = path.join(folder, 'x.bin');
  const kept = { old: 0, new: 0 };
  for (let k = 1; ; k += 1) {
    await writeFile(file, OLD);
    const fs = failingFileSystem({ failAt: k, errno: 'EIO' });
    const failed = await writeFileAtomic(file, NEW, { fs }).then(
      () => false,
      (error: unknown) => (error as { code: string }).code === 'STORE_UNWRITABLE',
    );
    const bytes = await readFile(file);
    const which = bytes.equals(OLD) ? 'old' : bytes.equals(NEW) ? 'new' : 'mixed';
    expect(which).not.toBe('mixed');
    if (fs.calls() < k) {
      expect({ failed, which }).toEqual({ failed: false, which: 'new' });
      break;
    }
    expect(failed).toBe(true);
    expect((await readdir(folder)).filter(isTempName)).toEqual([]);
    kept[which as 'old' | 'new'] += 1;
  }
  // Calls before the rename keep the old file, the folder's fsync comes after it.
  expect(kept.old).toBeGreaterThanOrEqual(5);
  expect(kept.new).toBeGreaterThanOrEqual(1);
});

it('leaves old or new when the process dies at any file-system call', async () => {
  const file = path.join(folder, 'x.bin');
  for (let k = 1; ; k += 1) {
    await writeFile(file, OLD);
    const fs = failingFileSystem({ failAt: k, errno: 'EIO', andAllAfter: true });
    await writeFileAtomic(file, NEW, { fs }).catch(() => undefined);
    const bytes = await readFile(file);
    expect(bytes.equals(OLD) || bytes.equals(NEW)).toBe(true);
    if (fs.calls() < k) break;
  }
});

it.each([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EACCES', 'STORE_UNWRITABLE'],
  ['EROFS', 'STORE_UNWRITABLE'],
])('reports %s in a write as %s, with a remedy', async (errno, code) => {
  const fs = failingFileSystem({ failCall: 'writeFile', errno });
  await expect(writeFileAtomic(path.join(folder, 'x'), NEW, { fs })).rejects.toMatchObject({
    code,
    remedy: expect.stringMatching(/\w/),
  });
  expect(await readdir(folder)).toEqual([]);
});

it('lets one of many creators win', async () => {
  const file = path.join(folder, 'claim.json');
  const won = await Promise.all(
    Array.from({ length: 16 }, (_, i) => createFileAtomic(file, Buffer.from(`writer ${i}`))),
  );
  expect(won.filter(Boolean)).toHaveLength(1);
  expect((await readFile(file)).toString()).toBe(`writer ${won.indexOf(true)}`);
  expect(await readdir(folder)).toEqual(['claim.json']);
});

it('refuses a name that a folder holds', async () => {
  await mkdir(path.join(folder, 'x'));
  await expect(writeFileAtomic(path.join(folder, 'x'), NEW)).rejects.toMatchObject({
    code: 'STORE_UNWRITABLE',
  });
});
