import { mkdtemp, readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ArtifactRef } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { failingFileSystem } from './failing-file-system.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const fileOf = (sha256: string) => path.join(root, 'sha256', sha256.slice(0, 2), sha256);
const text = (value: string) => Buffer.from(value);

it.each([
  // FIPS 180-2, appendix B, and the empty message
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('names %j by its SHA-256', async (content, sha256) => {
  const store = await openFolderStore(root);
  const ref = await store.put(text(content), 'text/plain');
  expect(ref).toEqual({
    uri: `artifact://sha256/${sha256}`,
    sha256,
    bytes: content.length,
    mediaType: 'text/plain',
  });
  expect(Buffer.from(await store.get(ref)).toString()).toBe(content);
  expect((await readFile(fileOf(sha256))).toString()).toBe(content);
});

it('stores JSON as its canonical text, whatever the order of keys', async () => {
  const store = await openFolderStore(root);
  const a = await store.putJson({ b: [1, 2.5, null], a: 'é' }, 'application/json');
  const b = await store.putJson({ a: 'é', b: [1, 2.5, null] }, 'application/json');
  expect(a).toEqual(b);
  expect((await readFile(fileOf(a.sha256))).toString()).toBe('{"a":"é","b":[1,2.5,null]}');
  expect(await store.getJson(a)).toEqual({ b: [1, 2.5, null], a: 'é' });
});

it('refuses what JSON cannot hold, and bytes that are not JSON', async () => {
  const store = await openFolderStore(root);
  await expect(store.putJson({ loss: NaN }, 'application/json')).rejects.toMatchObject({
    code: 'DATA_INVALID',
  });
  await expect(store.putJson(undefined, 'application/json')).rejects.toMatchObject({
    code: 'INTERNAL',
  });
  const ref = await store.put(text('{'), 'application/json');
  await expect(store.getJson(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
});

it('takes the same bytes from many writers at once', async () => {
  const stores = await Promise.all(Array.from({ length: 4 }, () => openFolderStore(root)));
  const bytes = Buffer.alloc(100_000, 'x');
  const refs = await Promise.all(
    Array.from({ length: 40 }, (_, i) => stores[i % 4]!.put(bytes, 'text/plain')),
  );
  expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1);
  expect(Buffer.compare(await stores[0]!.get(refs[0]!), bytes)).toBe(0);
  expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
});

it('finds and quarantines a flipped bit in each of 200 objects', async () => {
  const store = await openFolderStore(root);
  const refs: ArtifactRef[] = [];
  for (let i = 0; i < 200; i += 1) {
    refs.push(await store.put(Buffer.from(`object ${i} `.repeat(1 + (i % 50))), 'text/plain'));
  }
  for (const [i, ref] of refs.entries()) {
    const bytes = await readFile(fileOf(ref.sha256));
    const at = (i * 7919) % bytes.length;
    bytes[at] = bytes[at]! ^ (1 << (i % 8));
    await writeFile(fileOf(ref.sha256), bytes);
  }
  for (const ref of refs) {
    await expect(store.get(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(store.get(ref)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
  }
  expect(await readdir(path.join(root, 'quarantine'))).toHaveLength(200);
  await store.put(text('object 0 '), 'text/plain');
  expect(Buffer.from(await store.get(refs[0]!)).toString()).toBe('object 0 ');
});

it('mends an object of the wrong size when the same bytes are put again', async () => {
  const store = await openFolderStore(root);
  const ref = await store.put(text('whole'), 'text/plain');
  await truncate(fileOf(ref.sha256), 2);
  await store.put(text('whole'), 'text/plain');
  expect(Buffer.from(await store.get(ref)).toString()).toBe('whole');
});

it('keeps a sound object when the reference lies about its size', async () => {
  const store = await openFolderStore(root);
  const ref = await store.put(text('whole'), 'text/plain');
  await expect(store.get({ ...ref, bytes: 4 })).rejects.toMatchObject({
    code: 'ARTIFACT_CORRUPT',
  });
  expect(await readdir(path.join(root, 'quarantine'))).toEqual([]);
  expect(Buffer.from(await store.get(ref)).toString()).toBe('whole');
});

it.each([
  '../../etc/passwd',
  `${'a'.repeat(63)}/`,
  'A'.repeat(64),
  'a'.repeat(65),
  `${'a'.repeat(64)}\n`,
  '',
])('refuses the reference %j without looking at any file', async (sha256) => {
  const store = await openFolderStore(root);
  const ref = { uri: `artifact://sha256/${sha256}`, sha256, bytes: 1, mediaType: 'text/plain' };
  await expect(store.get(ref)).rejects.toMatchObject({
    code: 'ARTIFACT_NOT_FOUND',
    message: expect.stringContaining('not a reference'),
  });
});

it('refuses a reference whose address and digest differ', async () => {
  const store = await openFolderStore(root);
  const ref = await store.put(text('x'), 'text/plain');
  const other = { ...ref, uri: `artifact://sha256/${'0'.repeat(64)}` };
  await expect(store.get(other)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
});

it('stores all or nothing when the process dies at any file-system call of a put', async () => {
  const bytes = Buffer.from('payload '.repeat(3000));
  const reader = await openFolderStore(root);
  const ref = await reader.put(bytes, 'text/plain');
  const temp = path.join(root, 'tmp');
  let opening: number;
  {
    const fs = failingFileSystem({ failAt: Infinity, errno: 'EIO' });
    await openFolderStore(root, { fs });
    opening = fs.calls();
  }
  for (let k = opening + 1; ; k += 1) {
    await rm(fileOf(ref.sha256), { force: true });
    // Else sweeping the leavings of the last round would take calls of its own.
    for (const name of await readdir(temp)) await rm(path.join(temp, name));
    const fs = failingFileSystem({ failAt: k, errno: 'EIO', andAllAfter: true });
    const store = await openFolderStore(root, { fs });
    const acknowledged = await store.put(bytes, 'text/plain').then(
      () => true,
      () => false,
    );
    const seen = await reader.get(ref).then(
      (found) => (Buffer.compare(found, bytes) === 0 ? 'whole' : 'mixed'),
      (error: unknown) => (error as { code: string }).code,
    );
    expect(acknowledged ? ['whole'] : ['whole', 'ARTIFACT_NOT_FOUND']).toContain(seen);
    if (fs.calls() < k) {
      expect(acknowledged).toBe(true);
      break;
    }
    expect(acknowledged).toBe(false);
  }
});

it('says that the disk is full, and takes the object once there is room', async () => {
  const full = failingFileSystem({ failCall: 'writeFile', errno: 'ENOSPC' });
  const store = await openFolderStore(root, { fs: full });
  await expect(store.put(text('data'), 'text/plain')).rejects.toMatchObject({
    code: 'DISK_FULL',
    remedy: expect.stringContaining('space'),
  });
  const roomy = await openFolderStore(root);
  const ref = await roomy.put(text('data'), 'text/plain');
  expect(Buffer.from(await roomy.get(ref)).toString()).toBe('data');
});

it('sweeps the leavings of crashed writers after a day, and nothing else', async () => {
  await openFolderStore(root);
  const temp = path.join(root, 'tmp');
  const stale = path.join(temp, `.abc.123-${'0'.repeat(16)}.tmp`);
  const fresh = path.join(temp, `.abc.124-${'0'.repeat(16)}.tmp`);
  const foreign = path.join(temp, 'notes.txt');
  for (const file of [stale, fresh, foreign]) await writeFile(file, 'x');
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
  for (const file of [stale, foreign]) await utimes(file, twoDaysAgo, twoDaysAgo);
  await openFolderStore(root);
  expect((await readdir(temp)).sort()).toEqual([path.basename(fresh), 'notes.txt'].sort());
});

it('says where it cannot make its folders', async () => {
  const blocked = path.join(root, 'file');
  await writeFile(blocked, '');
  await expect(openFolderStore(path.join(blocked, 'store'))).rejects.toMatchObject({
    code: 'STORE_UNWRITABLE',
  });
});

describe('an artifact that is opened', () => {
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 251);

  it('is read in pieces', async () => {
    const store = await openFolderStore(root);
    const file = await store.open(await store.put(bytes, 'application/octet-stream'));
    expect(file.bytes).toBe(bytes.length);
    for (const [start, length] of [[0, 5], [1_048_570, 20], [2_999_990, 10], [7, 0]] as const) {
      const piece = new Uint8Array(length);
      await file.read(piece, start);
      expect(piece).toEqual(bytes.slice(start, start + length));
    } // prettier-ignore
    await expect(file.read(new Uint8Array(11), 2_999_990)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
    });
    await file.close();
  });

  it('is refused and moved aside where a bit is not as it was', async () => {
    const store = await openFolderStore(root);
    const ref = await store.put(bytes, 'application/octet-stream');
    const changed = bytes.slice();
    changed[2_500_000] = (changed[2_500_000] as number) ^ 1;
    await writeFile(fileOf(ref.sha256), changed);
    await expect(store.open(ref)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    expect(await readdir(path.join(root, 'quarantine'))).toHaveLength(1);
    await expect(store.open(ref)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
  });

  it('is refused where the reference says another length', async () => {
    const store = await openFolderStore(root);
    const ref = await store.put(bytes, 'application/octet-stream');
    const opened = store.open({ ...ref, bytes: ref.bytes - 4 });
    await expect(opened).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('is refused where it cannot be read', async () => {
    const ref = await (await openFolderStore(root)).put(bytes, 'application/octet-stream');
    for (const failCall of ['open', 'read']) {
      const fs = failingFileSystem({ failCall, errno: 'EIO' });
      const opened = openFolderStore(root, { fs }).then((store) => store.open(ref));
      await expect(opened).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' });
    }
  });
});

describe('putStream', () => {
  async function* pieces(...given: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const piece of given) yield await Promise.resolve(text(piece));
  }

  it('stores what put would store, and leaves no temporary file', async () => {
    const store = await openFolderStore(root);
    const streamed = await store.putStream(pieces('a', '', 'b', 'c'), 'text/plain');
    expect(await store.put(text('abc'), 'text/plain')).toEqual(streamed);
    expect(Buffer.from(await store.get(streamed)).toString()).toBe('abc');
    const again = await store.putStream(pieces('ab', 'c'), 'text/plain');
    expect(again).toEqual(streamed);
    const none = await store.putStream(pieces(), 'text/plain');
    expect(await store.get(none)).toHaveLength(0);
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
  });

  it('stores nothing where the pieces end in an error, which it passes on', async () => {
    const store = await openFolderStore(root);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield text('a');
      await Promise.reject(new Error('the source is gone'));
    }
    await expect(store.putStream(broken(), 'text/plain')).rejects.toThrow('the source is gone');
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
    expect(await readdir(path.join(root, 'sha256', 'ca'))).toEqual([]);
  });

  it('is whole or not there, whichever call fails', async () => {
    for (let failAt = 1; ; failAt += 1) {
      const folder = path.join(root, String(failAt));
      const sound = await openFolderStore(folder);
      const opened = failingFileSystem({ errno: 'ENOSPC', failAt: Infinity });
      await openFolderStore(folder, { fs: opened });
      const fs = failingFileSystem({ errno: 'ENOSPC', failAt: opened.calls() + failAt });
      const store = await openFolderStore(folder, { fs });
      const outcome = await store
        .putStream(pieces('a', 'bc'), 'text/plain')
        .catch((error: unknown) => error);
      const whole = await sound.put(text('abc'), 'text/plain');
      expect(Buffer.from(await sound.get(whole)).toString()).toBe('abc');
      if (!(outcome instanceof Error)) {
        expect(failAt).toBeGreaterThan(5);
        break;
      }
      expect(outcome).toMatchObject({ code: 'DISK_FULL' });
    }
  });
});
