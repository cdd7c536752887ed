/** Temporal's database is lost; the registrations are not. */
import type { Client } from '@temporalio/client';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { applyFolder } from '../../src/git/apply-folder.ts';
import { syncRepository } from '../../src/git/sync-repository.ts';
import { connectClient } from '../../src/temporal/connection.ts';
import type { LocalServer } from '../../src/temporal/local-server.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import { localDatabase } from '../../src/temporal/settings.ts';
import { temporaryFolder } from '../temporal/harness.ts';
import { DATA, pipelineText, TestRepository } from './git-repository.ts';

const project = temporaryFolder();
const stateFolder = path.join(project, '.modelwright');
let server: LocalServer;
let client: Client;

async function up(): Promise<void> {
  server = await ensureLocalServer(stateFolder, { port: await freePort() });
  client = await connectClient(server.settings);
}

async function down(): Promise<void> {
  await client.connection.close();
  await server.stop();
}

/** What `rm -r .modelwright/temporal` leaves. */
async function lose(): Promise<void> {
  await down();
  rmSync(path.dirname(localDatabase(stateFolder)), { recursive: true });
  await up();
}

beforeAll(up, 60_000);
afterAll(async () => {
  await down();
  rmSync(project, { recursive: true, force: true });
});

const actionOf = async (scheduleId: string) =>
  (await client.schedule.getHandle(scheduleId).describe()).action;

/** Counts the requests about single schedules and the lists of them. */
function count(counts: Record<string, number>): void {
  const service = client.workflowService;
  for (const method of ['listSchedules', 'describeSchedule'] as const) {
    const original = service[method].bind(service) as (...args: unknown[]) => unknown;
    counts[method] = 0;
    Object.assign(service, {
      [method]: (...args: unknown[]) => {
        counts[method] = (counts[method] ?? 0) + 1;
        return original(...args);
      },
    });
  }
}

describe('schedules that Temporal has lost', () => {
  const repository = new TestRepository(path.join(project, 'repository'));
  const sync = () => syncRepository(client, { repository: repository.folder, stateFolder });
  const on = (key: string) => `{ schedule: [{ name: ${key}, every: 6h }] }`;

  it('are made again by an unchanged sync, as they were', async () => {
    repository.write('pipelines/data/d.csv', DATA);
    for (const name of ['a', 'b', 'c']) {
      const text = pipelineText({ name, on: name === 'c' ? '' : on('often') });
      repository.write(`pipelines/${name}.yaml`, text);
    }
    const commit = repository.commit('First');
    const ids = ['modelwright-a-often', 'modelwright-b-often'];
    const created = ids.map((scheduleId, at) => ({
      scheduleId,
      pipeline: ['a', 'b'][at],
      change: 'created',
    }));
    expect((await sync()).schedules).toEqual(created);
    const before = await actionOf('modelwright-a-often');
    expect(await sync()).toMatchObject({ schedules: [], registered: [], unchanged: 3 });

    await lose();
    await expect(actionOf('modelwright-a-often')).rejects.toThrow();
    // Another commit, which leaves the pipelines as they are: theirs is still the first.
    repository.write('README', 'later');
    repository.commit('Later');
    expect(await sync()).toMatchObject({ schedules: created, registered: [], unchanged: 3 });
    const after = await actionOf('modelwright-a-often');
    expect(after.args).toEqual(before.args);
    expect(after.args).toMatchObject([{ commit }]);
    expect(await sync()).toMatchObject({ schedules: [], unchanged: 3 });
  }, 120_000);

  it('are made again singly where one was deleted, and a pause of the others stays', async () => {
    await client.schedule.getHandle('modelwright-b-often').pause('by a person');
    await client.schedule.getHandle('modelwright-a-often').delete();
    // The list lags behind.
    let restored: readonly object[] = [];
    while (restored.length === 0) restored = (await sync()).schedules;
    expect(restored).toEqual([
      { scheduleId: 'modelwright-a-often', pipeline: 'a', change: 'created' },
    ]);
    const { state } = await client.schedule.getHandle('modelwright-b-often').describe();
    expect(state.paused).toBe(true);
  }, 60_000);

  it('cost an unchanged sync one list, and nothing for each schedule', async () => {
    await expect(sync()).resolves.toMatchObject({ schedules: [] });
    const counts: Record<string, number> = {};
    count(counts);
    await sync();
    expect(counts).toEqual({ listSchedules: 1, describeSchedule: 0 });
  });

  it('are made again by `apply` too', async () => {
    const folder = path.join(project, 'folder');
    const files = new TestRepository(folder);
    files.write('pipelines/d.yaml', pipelineText({ name: 'd', on: on('often') }));
    const apply = () =>
      applyFolder({ folder, stateFolder, useClient: (perform) => perform(client) });
    const created = { scheduleId: 'modelwright-d-often', pipeline: 'd', change: 'created' };
    expect((await apply()).schedules).toEqual([created]);
    await lose();
    expect(await apply()).toMatchObject({ schedules: [created], unchanged: 1 });
  }, 60_000);
});
