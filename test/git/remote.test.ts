/** The same repository by its path, by file:// and by smart HTTP. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkoutFolder } from '../../src/artifacts/checkout-folder.ts';
import { refState } from '../../src/git/repository.ts';
import { syncRepository } from '../../src/git/sync-repository.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine, temporaryFolder } from '../temporal/harness.ts';
import { DATA, pipelineText, TestRepository } from './git-repository.ts';
import { serveRepositories, type GitServer } from './http-backend.ts';

let engine: Engine;
let root: string;
let server: GitServer;

beforeAll(async () => {
  engine = await startEngine({ dataset: async () => ({}) });
  root = temporaryFolder();
  server = await serveRepositories(root);
});
afterAll(async () => {
  await server.stop();
  await engine.stop();
  rmSync(root, { recursive: true, force: true });
});

describe.each(['path', 'file', 'http'])('a bare repository by %s', (way) => {
  it('is followed through pushes, a force push, a rename, a tag and a deleted branch', async () => {
    const repository = new TestRepository(path.join(root, way));
    const name = (base: string) => `${base}-${way}`;
    repository.write('pipelines/data/d.csv', DATA);
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a') }));
    repository.write(
      'pipelines/ü\n.yaml',
      pipelineText({ name: name('b'), on: "{ push: { tags: ['v*'] } }" }),
    );
    const first = repository.commit('First');
    const bare = repository.bare();
    const address =
      { path: bare, file: `file://${bare}`, http: `${server.url}${way}.git` }[way] ?? '';
    const stateFolder = path.join(root, `.state-${way}`);
    const sync = (ref?: string) =>
      syncRepository(engine.client, { repository: address, ref, stateFolder });
    const push = (...args: readonly string[]) =>
      repository.git('push', '--quiet', 'origin', ...args);

    expect(await sync()).toMatchObject({
      commit: first,
      broken: [],
      runs: [{ pipeline: name('a') }],
    });
    const data = path.join(checkoutFolder(stateFolder, first), 'pipelines/data/d.csv');
    expect(readFileSync(data, 'utf8')).toBe(DATA);
    const seen = await refState(address, undefined);

    repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), seed: 2 }));
    repository.commit('Second');
    push('main');
    expect(await refState(address, undefined)).not.toBe(seen);
    expect(await sync()).toMatchObject({ runs: [{ pipeline: name('a'), fresh: true }] });
    expect(await sync()).toMatchObject({ runs: [], unchanged: 2 });

    repository.git('reset', '--quiet', '--hard', first);
    repository.git('mv', 'pipelines/a.yaml', 'pipelines/moved.yaml');
    const rewritten = repository.commit('Rewritten');
    push('--force', 'main');
    const forced = await sync();
    expect(forced).toMatchObject({
      commit: rewritten,
      registered: [{ file: 'pipelines/moved.yaml' }],
    });
    expect(forced.runs).toMatchObject([{ pipeline: name('a'), fresh: true }]);

    repository.git('tag', '-a', '-m', 'one', 'v1');
    push('v1');
    expect(await sync('refs/tags/v1')).toMatchObject({ runs: [{ pipeline: name('b') }] });

    repository.git('checkout', '--quiet', '-b', 'x');
    repository.write('pipelines/c.yaml', pipelineText({ name: name('c') }));
    repository.commit('Only here');
    push('x');
    expect((await sync('refs/heads/x')).registered).toMatchObject([{ name: name('c') }]);
    push('--delete', 'x');
    expect(await sync('refs/heads/x')).toMatchObject({ commit: null, retired: [name('c')] });
    const mirrors = readdirSync(path.join(stateFolder, 'git')).filter((one) =>
      one.endsWith('.git'),
    );
    expect(mirrors).toHaveLength(way === 'path' ? 0 : 1);
  });
});

describe('a repository elsewhere', () => {
  it('is empty until something is pushed, and then is synced', async () => {
    const bare = path.join(root, 'empty.git');
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=trunk', bare]);
    const options = {
      repository: `${server.url}empty.git`,
      stateFolder: path.join(root, '.empty'),
    };
    await expect(syncRepository(engine.client, options)).rejects.toMatchObject({
      code: 'GIT_EMPTY',
    });
    const repository = new TestRepository(path.join(root, 'to-empty'));
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a-empty' }));
    repository.commit('First');
    repository.git('push', '--quiet', bare, 'main:trunk');
    expect(await syncRepository(engine.client, options)).toMatchObject({ ref: 'refs/heads/trunk' });
  });

  it('that does not answer is GIT_UNREACHABLE, and is on record', async () => {
    const stateFolder = path.join(root, '.unreachable');
    const repository = 'http://ann:secret@127.0.0.1:1/r.git';
    await expect(syncRepository(engine.client, { repository, stateFolder })).rejects.toMatchObject({
      code: 'GIT_UNREACHABLE',
    });
    const folder = path.join(stateFolder, 'git', 'syncs');
    const [record = ''] = readdirSync(folder);
    const text = readFileSync(path.join(folder, record), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'GIT_UNREACHABLE' } });
    expect(text).not.toContain('secret');
  });

  it('mends its mirror where the making of that was cut off', async () => {
    const repository = new TestRepository(path.join(root, 'torn'));
    repository.write('pipelines/a.yaml', pipelineText({ name: 'a-torn' }));
    repository.commit('First');
    const stateFolder = path.join(root, '.torn');
    const options = { repository: `file://${repository.bare()}`, stateFolder };
    await syncRepository(engine.client, options);
    const git = path.join(stateFolder, 'git');
    const mirror = readdirSync(git).find((name) => name.endsWith('.git')) ?? '';
    rmSync(path.join(git, mirror, 'HEAD'));
    expect(await syncRepository(engine.client, options)).toMatchObject({ unchanged: 1 });
  });
});
