/** A repository of 100 MB: what is in it and is no pipeline costs its transfer, and nothing else. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { syncRepository } from '../../src/git/sync-repository.ts';
import { checkoutFolder } from '../../src/artifacts/checkout-folder.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine } from '../temporal/harness.ts';
import { DATA, pipelineText, TestRepository } from './git-repository.ts';

const FILES = 25;
const FILE_BYTES = 4_000_000;

const repository = new TestRepository();
let engine: Engine;
let commit: string;
beforeAll(async () => {
  engine = await startEngine({ dataset: async () => ({}) });
  repository.git('config', 'core.compression', '0');
  for (let at = 0; at < FILES; at += 1) repository.write(`blobs/${at}`, randomBytes(FILE_BYTES));
  repository.write('pipelines/data/d.csv', DATA);
  repository.write('pipelines/data/other.bin', randomBytes(FILE_BYTES));
  repository.write('pipelines/large-a.yaml', pipelineText({ name: 'large-a' }));
  commit = repository.commit('Large');
}, 120_000);
afterAll(async () => {
  await engine.stop();
  rmSync(path.dirname(repository.folder), { recursive: true, force: true });
});

it.each(['path', 'mirror'])(
  'is synced by its %s, and of its data only what is read is taken',
  async (way) => {
    const stateFolder = path.join(path.dirname(repository.folder), `.${way}`);
    const name = way === 'path' ? repository.folder : `file://${repository.folder}`;
    const options = { repository: name, stateFolder };
    const report = await syncRepository(engine.client, options);
    expect(report).toMatchObject({ commit, broken: [], registered: [{ name: 'large-a' }] });
    const checkout = checkoutFolder(stateFolder, commit);
    expect(readFileSync(path.join(checkout, 'pipelines/data/d.csv'), 'utf8')).toBe(DATA);
    expect(() => readFileSync(path.join(checkout, 'pipelines/data/other.bin'))).toThrow('ENOENT');
    expect(() => readFileSync(path.join(checkout, 'blobs/0'))).toThrow('ENOENT');
    expect(await syncRepository(engine.client, options)).toMatchObject({ unchanged: 1, runs: [] });
  },
  120_000,
);
