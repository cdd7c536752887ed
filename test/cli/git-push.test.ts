/** From a push to a run, as people do it: the hook, `sync --watch`, and data out of the commit. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Rig } from '../crash/rig.ts';
import { DATA, pipelineText, TestRepository } from '../git/git-repository.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await Rig.create();
  await rig.up();
}, 90_000);
afterAll(() => rig.dispose());

interface Summary {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly origin: { readonly type: string; readonly commit?: string };
}
const runsOf = async (pipeline: string) =>
  (await rig.json<Summary[]>('status')).filter((run) => run.pipeline === pipeline);

/** What git tells the pusher. */
function push(repository: TestRepository, ...args: readonly string[]): string {
  const { stderr } = spawnSync('git', ['push', 'origin', ...args], {
    cwd: repository.folder,
    encoding: 'utf8',
  });
  return stderr;
}

describe('a push', () => {
  it('runs what it brings, with the data of its commit, and tells the pusher what is broken', async () => {
    const repository = new TestRepository(path.join(rig.project, "re'po $x"));
    repository.write('README.md', '');
    repository.commit('Nothing yet');
    const bare = repository.bare();
    const canary = path.join(rig.project, 'former');
    writeFileSync(path.join(bare, 'hooks/post-receive'), `#!/bin/sh\ncat > '${canary}'\n`, {
      mode: 0o755,
    });
    expect((await rig.cli('hooks', 'install', bare)).code).toBe(0);
    // The project has no such file: the run reads it from the commit.
    repository.write('pipelines/data/only-here.csv', DATA);
    const source = 'pipelines/data/only-here.csv';
    repository.write('pipelines/a.yaml', pipelineText({ name: 'pushed', source }));
    repository.write('pipelines/b.yaml', 'name: broken\nsteps: {}\ncolour: red\n');
    const commit = repository.commit('Two');
    const told = push(repository, 'main');
    expect(told).toMatch(
      new RegExp(`remote: modelwright: .*${commit.slice(0, 12)}:pipelines/b.yaml:3:1`),
    );
    expect(told).toContain('started pushed-');
    expect(execFileSync('cat', [canary], { encoding: 'utf8' })).toContain('refs/heads/main');
    const [run] = await runsOf('pushed');
    expect(run).toMatchObject({ origin: { type: 'push', commit } });
    const done = await rig
      .until('the run has ended', async () => (await runsOf('pushed'))[0]?.status !== 'running')
      .then(() => runsOf('pushed'));
    expect(done).toMatchObject([{ status: 'succeeded' }]);
    // Another branch at once with the main one: each ref is synced.
    repository.git('branch', 'other');
    repository.git('tag', 'v1');
    const both = push(repository, 'other', 'v1');
    expect(both).toContain('refs/heads/other');
    expect(both).toContain('refs/tags/v1');
    expect(await runsOf('pushed')).toHaveLength(1);
    expect((await rig.cli('hooks', 'remove', bare)).code).toBe(0);
    expect(readdirSync(path.join(bare, 'hooks'))).not.toContain('post-receive.before-modelwright');
  }, 90_000);

  it('is seen by `sync --watch` until that is told to stop', async () => {
    const repository = new TestRepository(path.join(rig.project, 'watched'));
    repository.write(
      'pipelines/a.yaml',
      pipelineText({ name: 'watched', source: 'pipelines/data/digits.csv' }).replace(
        'target: y',
        'target: label',
      ),
    );
    repository.commit('One');
    const watching = rig.start(['sync', 'watched', '--watch', '--every', '200ms']);
    const ended = new Promise<number | null>((resolve) => watching.once('exit', resolve));
    await rig.until('the first run', async () => (await runsOf('watched')).length === 1);
    repository.write('pipelines/a.yaml', pipelineText({ name: 'watched', seed: 2 }));
    repository.commit('Two');
    await rig.until('the second run', async () => (await runsOf('watched')).length === 2);
    rmSync(path.join(repository.folder, '.git'), { recursive: true });
    await rig.until('a word', () => rig.log('sync').includes('GIT_UNREACHABLE'));
    watching.kill('SIGINT');
    expect(await ended).toBe(130);
  }, 90_000);

  it('that breaks a pipeline gives exit code 3 and JSON that says where', async () => {
    const repository = new TestRepository(path.join(rig.project, 'json'));
    repository.write('pipelines/a.yaml', 'name: json-broken\n');
    repository.commit('One');
    const { code, stdout } = await rig.cli('sync', 'json', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      broken: [{ errors: [{ code: 'SPEC_MISSING_KEY' }] }],
    });
  });
});
