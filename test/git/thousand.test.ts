/** A repository of a thousand pipelines. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { syncRepository } from '../../src/git/sync-repository.ts';
import { checkCommit } from '../../src/git/check-commit.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine } from '../temporal/harness.ts';
import { pipelineText, TestRepository } from './git-repository.ts';

let engine: Engine;
const repository = new TestRepository();

beforeAll(async () => {
  engine = await startEngine({ dataset: async () => ({}) });
});
afterAll(async () => {
  await engine.stop();
  rmSync(path.dirname(repository.folder), { recursive: true, force: true });
});

it('with one change registers and runs that one, and tells each broken one among them', async () => {
  const stateFolder = path.join(path.dirname(repository.folder), '.modelwright');
  for (let i = 0; i < 1_000; i++) {
    const text = pipelineText({ name: `k-${i}`, on: '' });
    repository.write(
      `pipelines/group-${i % 10}/k-${i}.yaml`,
      i % 100 === 7 ? `${text}x: 1\n` : text,
    );
  }
  const base = repository.commit('A thousand');
  const options = { repository: repository.folder, stateFolder };
  const first = await syncRepository(engine.client, options);
  expect(first.registered).toHaveLength(990);
  expect(first.broken).toHaveLength(10);
  repository.write('pipelines/group-5/k-5.yaml', pipelineText({ name: 'k-5', seed: 2 }));
  const commit = repository.commit('One');
  const second = await syncRepository(engine.client, options);
  expect(second).toMatchObject({
    commit,
    unchanged: 989,
    registered: [{ name: 'k-5', change: 'changed' }],
    runs: [{ pipeline: 'k-5', fresh: true }],
  });
  expect(second.broken).toHaveLength(10);
  const check = await checkCommit({ ...options, base });
  expect(check).toMatchObject({
    unchanged: 989,
    added: [],
    removed: [],
    changed: [{ name: 'k-5' }],
  });
});
