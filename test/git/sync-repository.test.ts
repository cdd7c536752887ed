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
});
