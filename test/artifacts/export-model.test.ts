import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import { exportModel } from '../../src/artifacts/export-model.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { storeFusion, storeNetwork } from '../activities/stored-models.ts';

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-export-'));
  store = await openFolderStore(path.join(root, 'store'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('writes a fusion with all its members, byte for byte', async () => {
  const members = [await storeNetwork(store, 1), await storeNetwork(store, 2)];
  const fusion = await storeFusion(store, members);
  const folder = path.join(root, 'out');
  const files = await exportModel(store, fusion, folder);
  expect(files.sort()).toEqual([
    'members/1/model.json',
    'members/1/weights.bin',
    'members/2/model.json',
    'members/2/weights.bin',
    'model.json',
  ]);
  const read = (file: string) => readFile(path.join(folder, file));
  expect(Buffer.compare(await read('model.json'), await store.get(fusion))).toBe(0);
  expect(Buffer.compare(await read('members/2/model.json'), await store.get(members[1]!))).toBe(0);
  expect(await read('members/2/weights.bin')).toEqual(Buffer.alloc(24, 2));
});

it('refuses what is no model, and a fusion nested without end', async () => {
  const folder = path.join(root, 'out');
  const nothing = await store.putJson([1], 'application/json');
  await expect(exportModel(store, nothing, folder)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
  let model = await storeNetwork(store, 1);
  for (let depth = 0; depth < 10; depth += 1) model = await storeFusion(store, [model]);
  await expect(exportModel(store, model, folder)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

it('writes the files of an imported model, and none beside its folder', async () => {
  const artifact = await store.put(Buffer.from('graph'), 'application/octet-stream');
  const storeForeign = (file: string) =>
    store.putJson(
      { version: 1, type: 'foreign', files: [{ path: file, artifact }] },
      'application/vnd.modelwright.model+json',
    );
  const folder = path.join(root, 'out');
  const files = await exportModel(store, await storeForeign('variables/v.data-0'), folder);
  expect(files.sort()).toEqual(['files/variables/v.data-0', 'model.json']);
  expect(await readFile(path.join(folder, 'files/variables/v.data-0'), 'utf8')).toBe('graph');
  for (const stray of ['../../out.txt', '/out.txt', 'a//b', '']) {
    await expect(exportModel(store, await storeForeign(stray), folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  }
});
