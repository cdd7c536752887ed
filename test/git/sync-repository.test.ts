import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { SyncReport } from '../../src/git/sync-report.ts';
import { syncRepository } from '../../src/git/sync-repository.ts';
import { describeRun, finalStatus, listRuns } from '../../src/temporal/runs.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine, temporaryFolder } from '../temporal/harness.ts';
import { DATA, pipelineText, TestRepository } from './git-repository.ts';

let engine: Engine;
const folders: string[] = [];

beforeAll(async () => {
  engine = await startEngine({ dataset: async () => ({}) });
});
afterAll(async () => {
  await engine.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A repository with two pipelines of names of its own, and a state folder. */
function place() {
  const repository = new TestRepository();
  const stateFolder = path.join(temporaryFolder(), '.modelwright');
  folders.push(path.dirname(repository.folder), path.dirname(stateFolder));
  const suffix = folders.length;
  const name = (base: string) => `${base}-${suffix}`;
  repository.write('pipelines/data/d.csv', DATA);
  repository.write('pipelines/a.yaml', pipelineText({ name: name('a') }));
  repository.write('pipelines/b.yaml', pipelineText({ name: name('b') }));
  const sync = (ref?: string): Promise<SyncReport> =>
    syncRepository(engine.client, { repository: repository.folder, stateFolder, ref });
  const registration = (base: string) =>
    JSON.parse(
      readFileSync(path.join(stateFolder, 'pipelines', `${name(base)}.json`), 'utf8'),
    ) as Record<string, unknown>;
  return { repository, stateFolder, name, sync, registration };
}

const ran = (report: SyncReport) => report.runs.map(({ pipeline }) => pipeline).sort();
const changes = (report: SyncReport) =>
  Object.fromEntries(report.registered.map(({ name, change }) => [name, change]));

describe('a sync', () => {
  it('registers and runs the pipelines of a commit, and says which commit started them', async () => {
    const { repository, name, sync, registration } = place();
    const commit = repository.commit('First\n\nwith a body');
    const report = await sync();
    expect(report).toMatchObject({
      ref: 'refs/heads/main',
      commit,
      author: 'Ann',
      subject: 'First',
    });
    expect(changes(report)).toEqual({ [name('a')]: 'added', [name('b')]: 'added' });
    expect(ran(report)).toEqual([name('a'), name('b')]);
    expect(registration('a')).toMatchObject({
      commit,
      file: 'pipelines/a.yaml',
      ref: 'refs/heads/main',
    });
    const { id } = report.runs[0] ?? { id: '' };
    const status = await finalStatus(engine.client, id);
    expect(status).toMatchObject({
      state: 'succeeded',
      run: { commit, origin: { type: 'push', commit, author: 'Ann', file: 'pipelines/a.yaml' } },
    });
    expect(await describeRun(engine.client, id)).toMatchObject({ submittedBy: 'Ann' });
  });

  it('gives one run for a push that is delivered ten times, also all at once', async () => {
    const { repository, name, stateFolder, sync } = place();
    repository.commit('First');
    const reports = await Promise.all(Array.from({ length: 10 }, () => sync()));
    expect(reports.flatMap(({ runs }) => runs).filter(({ fresh }) => fresh)).toHaveLength(2);
    // Even where the state is lost, the run's id keeps it one.
    rmSync(path.join(stateFolder, 'git'), { recursive: true });
    const again = await sync();
    expect(again.runs.map(({ fresh }) => fresh)).toEqual([false, false]);
    const all = (await listRuns(engine.client)).filter(({ pipeline }) => pipeline === name('a'));
    expect(all).toHaveLength(1);
    expect(readdirSync(path.join(stateFolder, 'git', 'syncs'))).toHaveLength(1);
  });

  it('runs again only what changed, and nothing for a comment', async () => {
    const { repository, name, sync } = place();
    repository.commit('First');
    await sync();
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), seed: 2 }));
    repository.commit('Another seed');
    const second = await sync();
    expect(ran(second)).toEqual([name('a')]);
    expect(second).toMatchObject({ unchanged: 1, retired: [], broken: [] });
    repository.write('pipelines/a.yaml', `# why\n${pipelineText({ name: name('a'), seed: 2 })}`);
    repository.commit('A comment');
    const third = await sync();
    expect(changes(third)).toEqual({ [name('a')]: 'changed' });
    expect(third.runs).toEqual([]);
  });

  it('registers without running where `on.push` is absent', async () => {
    const { repository, name, sync } = place();
    repository.write('pipelines/b.yaml', pipelineText({ name: name('b'), on: '' }));
    repository.commit('First');
    const report = await sync();
    expect(ran(report)).toEqual([name('a')]);
    expect(changes(report)[name('b')]).toBe('added');
  });

  it('reports a broken pipeline at its place, lets the others go on and keeps what it was', async () => {
    const { repository, name, sync, registration } = place();
    const first = repository.commit('First');
    await sync();
    repository.write('pipelines/a.yaml', `${pipelineText({ name: name('a') })}colour: red\n`);
    repository.write('pipelines/b.yaml', pipelineText({ name: name('b'), seed: 5 }));
    const second = repository.commit('One broken, one good');
    const report = await sync();
    expect(report.broken).toMatchObject([
      {
        file: 'pipelines/a.yaml',
        name: name('a'),
        errors: [
          {
            code: 'SPEC_UNKNOWN_KEY',
            location: { file: `${second.slice(0, 12)}:pipelines/a.yaml`, line: 7, column: 1 },
          },
        ],
      },
    ]);
    expect(ran(report)).toEqual([name('b')]);
    expect(registration('a')).toMatchObject({ commit: first });
    expect(registration('a')).not.toHaveProperty('retiredAt');
    expect(registration('b')).toMatchObject({ commit: second });
    // It is told as long as it is broken, and mended back to what it was it is not run again.
    repository.commit('Nothing');
    expect((await sync()).broken).toHaveLength(1);
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a') }));
    repository.commit('Mended');
    expect(await sync()).toMatchObject({ broken: [], runs: [], registered: [] });
  });

  it('refuses two files with one name, naming both, and lets the others go on', async () => {
    const { repository, name, sync, registration } = place();
    const first = repository.commit('First');
    await sync();
    repository.write('pipelines/deep/c.yaml', pipelineText({ name: name('a'), seed: 9 }));
    repository.write('pipelines/b.yaml', pipelineText({ name: name('b'), seed: 5 }));
    const commit = repository.commit('A second a');
    const report = await sync();
    const label = `${commit.slice(0, 12)}:pipelines`;
    expect(report.broken).toMatchObject([
      {
        file: 'pipelines/a.yaml',
        errors: [
          {
            code: 'PIPELINE_NAME_TAKEN',
            message: expect.stringContaining(`${label}/deep/c.yaml`),
            location: { file: `${label}/a.yaml`, line: 1, column: 7 },
          },
        ],
      },
      {
        file: 'pipelines/deep/c.yaml',
        errors: [{ message: expect.stringContaining(`${label}/a.yaml`) }],
      },
    ]);
    expect(ran(report)).toEqual([name('b')]);
    expect(registration('a')).toMatchObject({ commit: first, file: 'pipelines/a.yaml' });
  });

  it('refuses the name of another repository, until it is told to take it over', async () => {
    const { repository, name, sync, stateFolder, registration } = place();
    repository.commit('First');
    await sync();
    const other = place();
    other.repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), seed: 3 }));
    other.repository.commit('The same name');
    const options = { repository: other.repository.folder, stateFolder };
    const refused = await syncRepository(engine.client, options);
    expect(refused.broken).toMatchObject([
      {
        errors: [
          {
            code: 'PIPELINE_NAME_TAKEN',
            message: expect.stringContaining(repository.folder),
            remedy: expect.stringContaining('--take-over'),
          },
        ],
      },
    ]);
    expect(registration('a')).toMatchObject({ repository: repository.folder });
    expect(ran(refused)).toEqual([other.name('b')]);
    const taken = await syncRepository(engine.client, { ...options, takeOver: true });
    expect(taken.broken).toEqual([]);
    expect(registration('a')).toMatchObject({ repository: other.repository.folder });
  });

  it('keeps the history of a renamed file, and retires a deleted one until it comes back', async () => {
    const { repository, name, sync, registration } = place();
    const first = repository.commit('First');
    await sync();
    repository.git('mv', 'pipelines/a.yaml', 'pipelines/z.yaml');
    repository.remove('pipelines/b.yaml');
    repository.commit('Renamed and deleted');
    const report = await sync();
    expect(report.registered).toMatchObject([
      { name: name('a'), change: 'moved', from: 'pipelines/a.yaml', file: 'pipelines/z.yaml' },
    ]);
    expect(report).toMatchObject({ retired: [name('b')], runs: [] });
    expect(registration('a')).toMatchObject({
      history: [{ commit: first, file: 'pipelines/a.yaml' }],
    });
    expect(registration('b')).toHaveProperty('retiredAt');
    repository.write('pipelines/b.yaml', pipelineText({ name: name('b'), seed: 2 }));
    repository.commit('Back');
    const back = await sync();
    expect(changes(back)).toEqual({ [name('b')]: 'added' });
    expect(registration('b')).toMatchObject({ history: [{ commit: first }] });
    expect(registration('b')).not.toHaveProperty('retiredAt');
  });

  it('does not retire a pipeline whose new file may be the broken one', async () => {
    const { repository, sync } = place();
    repository.commit('First');
    await sync();
    repository.git('mv', 'pipelines/a.yaml', 'pipelines/z.yaml');
    repository.write('pipelines/z.yaml', 'steps: [\n');
    repository.commit('Renamed and broken');
    expect(await sync()).toMatchObject({ retired: [], broken: [{ name: null }] });
  });

  it('goes on after a force push, also where the old commit is gone', async () => {
    const { repository, name, sync, registration } = place();
    repository.commit('First');
    const lost = repository.commit('To be rewritten');
    await sync();
    repository.git('checkout', '--quiet', '--orphan', 'new');
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), seed: 4 }));
    repository.commit('Rewritten');
    repository.git('branch', '--quiet', '-M', 'new', 'main');
    repository.git('reflog', 'expire', '--expire=now', '--all');
    repository.git('gc', '--quiet', '--prune=now');
    expect(() => repository.git('cat-file', '-e', lost)).toThrow();
    const report = await sync();
    expect(report.previousCommit).toBe(lost);
    expect(ran(report)).toEqual([name('a')]);
    expect(registration('a')).toMatchObject({ commit: report.commit });
  });
});

describe('`on.schedule`', () => {
  const on = (cron: string) => `{ schedule: [{ name: nightly, cron: '${cron}' }] }`;

  it('is kept by Temporal as the file says, and goes with the file', async () => {
    const { repository, name, sync } = place();
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), on: on('0 3 * * *') }));
    repository.commit('First');
    const scheduleId = `modelwright-${name('a')}-nightly`;
    const handle = engine.client.schedule.getHandle(scheduleId);
    expect((await sync()).schedules).toMatchObject([{ scheduleId, change: 'created' }]);
    await handle.pause('by a person');
    repository.write(
      'pipelines/a.yaml',
      `# moved\n${pipelineText({ name: name('a'), on: on('0 4 * * *') })}`,
    );
    const commit = repository.commit('Later');
    expect((await sync()).schedules).toMatchObject([{ scheduleId, change: 'updated' }]);
    const { state, action } = await handle.describe();
    expect(state.paused).toBe(true);
    expect(action.args).toMatchObject([{ commit, file: 'pipelines/a.yaml' }]);
    repository.write('pipelines/a.yaml', 'name: [\n');
    repository.commit('Broken');
    expect(await sync()).toMatchObject({ schedules: [], retired: [] });
    repository.remove('pipelines/a.yaml');
    repository.commit('Gone');
    expect((await sync()).schedules).toMatchObject([{ scheduleId, change: 'deleted' }]);
    await expect(handle.describe()).rejects.toThrow();
  });
});

describe('`on.drift`', () => {
  it('is kept by Temporal with the commit that it is from, and goes when the file says it no more', async () => {
    const { repository, name, sync } = place();
    const on = '{ drift: { every: 1h, source: new.csv, model: { name: m } } }';
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a'), on }));
    const commit = repository.commit('First');
    const scheduleId = `modelwright-${name('a')}-drift`;
    const handle = engine.client.schedule.getHandle(scheduleId);
    expect((await sync()).schedules).toMatchObject([{ scheduleId, change: 'created' }]);
    const { action } = await handle.describe();
    expect(action).toMatchObject({
      workflowType: 'checkDrift',
      args: [{ commit, trigger: { source: 'new.csv', threshold: 0.2 } }],
    });
    repository.write('pipelines/a.yaml', pipelineText({ name: name('a') }));
    repository.commit('Later');
    expect((await sync()).schedules).toMatchObject([{ scheduleId, change: 'deleted' }]);
    await expect(handle.describe()).rejects.toThrow();
  });
});

describe('`on.push`', () => {
  it('runs for the branches that it names, and never lets them replace the main branch', async () => {
    const { repository, name, sync, registration } = place();
    repository.write(
      'pipelines/a.yaml',
      pipelineText({ name: name('a'), on: "{ push: { branches: ['feature/*'] } }" }),
    );
    const first = repository.commit('First');
    expect(ran(await sync())).toEqual([name('b')]);
    repository.git('checkout', '--quiet', '-b', 'feature/x');
    for (const base of ['a', 'b']) {
      const on =
        base === 'a' ? "{ push: { branches: ['feature/*'] } }" : '{ push: { branches: [main] } }';
      repository.write(`pipelines/${base}.yaml`, pipelineText({ name: name(base), seed: 2, on }));
    }
    repository.write('pipelines/c.yaml', pipelineText({ name: name('c'), on: '{}' }));
    repository.commit('Of the feature');
    repository.git('checkout', '--quiet', 'main');
    const report = await sync('refs/heads/feature/x');
    expect(ran(report)).toEqual([name('a')]);
    expect([...report.elsewhere].sort()).toEqual([name('a'), name('b')]);
    expect(registration('a')).toMatchObject({ commit: first, ref: 'refs/heads/main' });
    // What only the feature has is registered from it, and goes with the branch.
    expect(registration('c')).toMatchObject({ ref: 'refs/heads/feature/x' });
    repository.git('branch', '--quiet', '-D', 'feature/x');
    const gone = await sync('refs/heads/feature/x');
    expect(gone).toMatchObject({ commit: null, retired: [name('c')], runs: [] });
    await expect(sync('refs/heads/feature/x')).rejects.toMatchObject({ code: 'GIT_REF_NOT_FOUND' });
  });

  it('runs nothing for a new branch that changes no plan', async () => {
    const { repository, sync } = place();
    repository.commit('First');
    await sync();
    repository.git('checkout', '--quiet', '-b', 'other');
    repository.write('README.md', 'hello');
    repository.commit('Read me');
    repository.git('checkout', '--quiet', 'main');
    expect((await sync('refs/heads/other')).runs).toEqual([]);
  });

  it('runs for a tag that is set, also one of an older commit, and for no other tag', async () => {
    const { repository, name, sync } = place();
    repository.write(
      'pipelines/a.yaml',
      pipelineText({ name: name('a'), on: "{ push: { tags: ['v*'] } }" }),
    );
    const commit = repository.commit('First');
    expect(ran(await sync())).toEqual([name('b')]);
    repository.git('tag', '-a', '-m', 'one', 'v1');
    repository.git('tag', 'other');
    repository.commit('Later');
    const report = await sync('refs/tags/v1');
    expect(report).toMatchObject({ commit, registered: [] });
    expect(ran(report)).toEqual([name('a')]);
    expect((await sync('refs/tags/v1')).runs).toEqual([]);
    expect((await sync('refs/tags/other')).runs).toEqual([]);
  });

  it('runs for changed files that its paths name, at the commit that changed them', async () => {
    const { repository, name, sync } = place();
    repository.write(
      'pipelines/a.yaml',
      pipelineText({ name: name('a'), on: "{ push: { paths: ['pipelines/data/**'] } }" }),
    );
    repository.commit('First');
    await sync();
    repository.write('README.md', 'hello');
    repository.commit('Nothing of it');
    expect((await sync()).runs).toEqual([]);
    repository.write('pipelines/data/d.csv', `${DATA}99,a\n`);
    const commit = repository.commit('More data');
    const report = await sync();
    expect(report.runs).toMatchObject([
      { pipeline: name('a'), id: expect.stringContaining(commit.slice(0, 12)) },
    ]);
  });

  it('sets the parameters of the run', async () => {
    const { repository, name, sync } = place();
    const text = pipelineText({ name: name('a'), on: '{ push: { params: { k: 5 } } }' });
    repository.write('pipelines/a.yaml', `${text}params: { k: { type: integer } }\n`);
    repository.commit('First');
    const { runs, broken } = await sync();
    expect(broken).toEqual([]);
    const id = runs.find(({ pipeline }) => pipeline === name('a'))?.id ?? '';
    const handle = engine.client.workflow.getHandle(id);
    const history = await handle.fetchHistory();
    const [payload] =
      history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(JSON.parse(String(Buffer.from(payload?.data ?? [])))).toMatchObject({
      plan: { params: { k: 5 } },
    });
  });
});
