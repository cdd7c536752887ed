/** Webhooks with everything real: git, Temporal, and for the crash the command line itself. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { syncRepository } from '../../src/git/sync-repository.ts';
import { freePort } from '../../src/temporal/local-server.ts';
import { listRuns } from '../../src/temporal/runs.ts';
import { allowRepository } from '../../src/webhook/allowed-repositories.ts';
import { outcomeOf } from '../../src/webhook/sync-outcome.ts';
import { killNow, Rig as CommandRig } from '../crash/rig.ts';
import { DATA, pipelineText, TestRepository } from '../git/git-repository.ts';
import { startEngine, type Engine } from '../temporal/harness.ts';
import { answerOf, deliveryRecords, githubHeaders, payload, Rig, SECRET } from './hook-sender.ts';

/** A bare repository and a commit in it. */
function pushed(name: string) {
  const repository = new TestRepository();
  repository.write('pipelines/data/d.csv', DATA);
  repository.write('pipelines/a.yaml', pipelineText({ name }));
  const commit = repository.commit('First');
  const bare = repository.bare();
  const body = (after = commit) =>
    payload({
      after,
      head_commit: { id: after },
      repository: { full_name: 'acme/models', clone_url: `file://${bare}` },
    });
  const remove = () => rmSync(path.dirname(repository.folder), { recursive: true, force: true });
  return { repository, commit, bare, body, remove };
}

describe('a push', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ dataset: async () => ({}) });
  });
  afterAll(() => engine.stop());

  it('is one run, however often and under whatever ids it is delivered', async () => {
    const { commit, bare, body, remove } = pushed('delivered');
    const rig = new Rig();
    await rig.start({
      repositories: [allowRepository(bare, '/')],
      sync: async ({ repository, delivery: { ref } }) => {
        const { stateFolder } = rig;
        const options = { repository: repository.url, ref, stateFolder };
        return outcomeOf(await syncRepository(engine.client, options));
      },
    });
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => rig.github(body(), 'one-id')),
      ...Array.from({ length: 5 }, (_, at) => rig.github(body(), `id-${at}`)),
    ]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 202, 202, 202, 202, 202, 202]);
    await rig.running.idle();
    await rig.github(body(), 'late');
    await rig.running.idle();
    const runs = (await listRuns(engine.client)).filter(({ pipeline }) => pipeline === 'delivered');
    expect(runs).toHaveLength(1);
    expect(runs[0]?.origin).toMatchObject({ type: 'push', commit, ref: 'refs/heads/main' });
    const fresh = deliveryRecords(rig.stateFolder).flatMap(({ outcome }) =>
      (outcome as { runs: { fresh: boolean }[] }).runs.filter((run) => run.fresh),
    );
    expect(fresh.length).toBeGreaterThanOrEqual(1);
    await rig.dispose();
    remove();
  });

  it('with a broken pipeline is told as a failure that names the file, and runs the good one', async () => {
    const { repository, bare, body, remove } = pushed('good');
    repository.write('pipelines/b.yaml', 'name: bad\nsteps: {}\n');
    const commit = repository.commit('Second');
    repository.git('push', '--quiet', 'origin', 'main');
    const rig = new Rig();
    const { stateFolder } = rig;
    const synced = syncRepository(engine.client, { repository: bare, stateFolder });
    await rig.start({
      repositories: [allowRepository(bare, '/')],
      sync: async () => outcomeOf(await synced),
    });
    await rig.github(body(commit));
    await rig.running.idle();
    const [record] = deliveryRecords(stateFolder);
    expect(record).toMatchObject({
      state: 'done',
      outcome: { commit, broken: [{ file: 'pipelines/b.yaml' }], registered: ['good'] },
    });
    expect(outcomeOf(await synced)).toMatchObject({
      valid: false,
      summary: expect.stringContaining('pipelines/b.yaml'),
    });
    await rig.dispose();
    remove();
  });
});

describe('modelwright webhook', () => {
  const VARIABLE = 'MODELWRIGHT_TEST_HOOK_SECRET';
  let rig: CommandRig;
  beforeEach(async () => {
    rig = await CommandRig.create();
    process.env[VARIABLE] = SECRET;
  });
  afterEach(async () => {
    delete process.env[VARIABLE];
    await rig.dispose();
  });

  /** Starts the receiver, and gives its address once it listens. */
  async function receive(repository: string) {
    const before = rig.log('webhook').split('receiver ready').length;
    const port = String(await freePort());
    const args = ['webhook', '--repo', repository, '--secret-env', VARIABLE, '--port', port];
    const child = rig.start(args);
    await rig.until(
      'the receiver is ready',
      () => rig.log('webhook').split('receiver ready').length > before,
    );
    const url = [...rig.log('webhook').matchAll(/deliver to (\S+)/g)].at(-1)?.[1] ?? '';
    return { child, url };
  }

  it('does what it had accepted when it was killed, and stops in order', async () => {
    const { bare, body, remove } = pushed('survivor');
    const first = await receive(bare);
    // There is no Temporal server yet, so the sync waits; the acceptance does not.
    const text = body();
    const answer = await fetch(first.url, {
      method: 'POST',
      body: text,
      headers: githubHeaders(text, 'cut-off'),
    });
    expect((await answerOf(answer)).status).toBe(202);
    await killNow(first.child);
    expect(deliveryRecords(rig.stateFolder)).toEqual([
      expect.objectContaining({ state: 'accepted' }),
    ]);

    await rig.up();
    const second = await receive(bare);
    await rig.until('the delivery is done', () =>
      deliveryRecords(rig.stateFolder).every(({ state }) => state === 'done'),
    );
    const runs = await rig.json<{ pipeline: string; origin: object }[]>('status');
    expect(runs).toEqual([
      expect.objectContaining({
        pipeline: 'survivor',
        origin: expect.objectContaining({ type: 'push' }),
      }),
    ]);
    second.child.kill('SIGTERM');
    await rig.until('it has stopped', () => second.child.exitCode !== null);
    expect(second.child.exitCode).toBe(130);
    expect(rig.log('webhook')).not.toContain(SECRET);
    remove();
  });

  it('refuses a public address without a secret, and a variable that is not set', async () => {
    const open = await rig.cli('webhook', '--repo', 'x', '--host', '0.0.0.0');
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('no secret')]);
    const unset = await rig.cli('webhook', '--repo', 'x', '--secret-env', 'NOT_SET_HERE');
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining('NOT_SET_HERE')]);
  });
});
