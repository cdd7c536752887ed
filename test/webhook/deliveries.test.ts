import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../../src/errors.ts';
import { allowRepository } from '../../src/webhook/allowed-repositories.ts';
import { COMMIT, deliveriesFolder, giteaHeaders, payload, Rig } from './hook-sender.ts';

const folderOf = (rig: Rig) => deliveriesFolder(rig.stateFolder);
const done = { valid: true, commit: COMMIT, summary: 'well', report: { runs: [] } };

/** Something to wait for. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('accepted deliveries', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await new Rig().start();
  });
  afterEach(() => rig.dispose());

  it('takes a replay as done, also after a restart', async () => {
    expect((await rig.github(payload(), 'one')).status).toBe(202);
    const replay = { status: 200, json: { status: 'replay' } };
    expect(await rig.github(payload(), 'one')).toMatchObject(replay);
    await rig.running.idle();
    await rig.stop();
    await rig.start();
    expect(await rig.github(payload(), 'one')).toMatchObject(replay);
    await rig.running.idle();
    expect(rig.synced).toHaveLength(1);
    expect(rig.records()).toEqual([
      expect.objectContaining({ id: 'one', state: 'done', outcome: { pipelines: 1 } }),
    ]);
  });

  it('knows a delivery without an id by its bytes', async () => {
    const { 'x-gitea-delivery': _id, ...headers } = giteaHeaders(payload());
    expect((await rig.post('/hooks/gitea', payload(), headers)).status).toBe(202);
    expect((await rig.post('/hooks/gitea', payload(), headers)).status).toBe(200);
  });

  it('keeps the ids of two providers apart, and an odd one inside its folder', async () => {
    await rig.github(payload(), 'same');
    expect(
      (await rig.post('/hooks/gitea', payload(), giteaHeaders(payload(), 'same'))).status,
    ).toBe(202);
    expect((await rig.github(payload(), '../../../x')).status).toBe(202);
    expect(readdirSync(folderOf(rig)).filter((name) => name.endsWith('.json'))).toHaveLength(3);
  });

  it('syncs a repository once at a time, and joins those that wait', async () => {
    const hold = gate();
    let running = 0;
    let most = 0;
    rig.sync = async () => {
      most = Math.max(most, ++running);
      await hold.opened;
      running -= 1;
      return done;
    };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => rig.github(payload(), `many-${at}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(202));
    hold.open();
    await rig.running.idle();
    expect(most).toBe(1);
    // One that ran while the rest came in, and one for all of these.
    expect(rig.synced).toHaveLength(2);
    expect(rig.records().map(({ state }) => state)).toEqual(Array<string>(20).fill('done'));
  });

  it('syncs each ref by itself, a deleted one too', async () => {
    await rig.github(payload({ ref: 'refs/heads/a' }));
    await rig.github(payload({ ref: 'refs/tags/v1' }));
    await rig.github(payload({ ref: 'refs/heads/b', after: '0'.repeat(40), deleted: true }));
    await rig.running.idle();
    expect(rig.synced.map(({ delivery }) => [delivery.ref, delivery.commit])).toEqual([
      ['refs/heads/a', COMMIT],
      ['refs/tags/v1', COMMIT],
      ['refs/heads/b', null],
    ]);
  });

  it('does again what was accepted and not finished when the process died', async () => {
    rig.sync = () => new Promise(() => {});
    await rig.github(payload(), 'lost');
    // The first receiver hangs in its sync for good, as a killed one would.
    const next = new Rig();
    await next.start({ stateFolder: rig.stateFolder });
    await next.running.idle();
    expect(next.synced.map(({ delivery }) => delivery.id)).toEqual(['lost']);
    expect(rig.records()).toEqual([expect.objectContaining({ id: 'lost', state: 'done' })]);
    await next.dispose();
    abandon(rig);
  });

  it('tries again what may pass, and leaves it for the next start when it is stopped', async () => {
    let calls = 0;
    rig.sync = async () => {
      calls += 1;
      if (calls < 3) throw new PipelineError('TEMPORAL_UNREACHABLE', 'no answer');
      return done;
    };
    await rig.github(payload(), 'patient');
    await rig.running.idle();
    expect(rig.records()).toEqual([expect.objectContaining({ state: 'done' })]);

    rig.sync = async () => {
      throw new PipelineError('TEMPORAL_UNREACHABLE', 'no answer');
    };
    await rig.github(payload(), 'stopped');
    await rig.stop();
    expect(rig.records().find(({ id }) => id === 'stopped')?.state).toBe('accepted');
  });

  it('writes down what fails for good, goes on, and takes it again when sent again', async () => {
    rig.sync = async () => {
      throw new PipelineError('GIT_EMPTY', 'no commit yet');
    };
    await rig.github(payload(), 'failing');
    await rig.running.idle();
    expect(rig.records()).toEqual([
      expect.objectContaining({
        state: 'failed',
        error: { code: 'GIT_EMPTY', message: 'no commit yet' },
      }),
    ]);
    rig.sync = async () => done;
    expect((await rig.github(payload(), 'failing')).status).toBe(202);
    await rig.running.idle();
    expect(rig.records()).toEqual([expect.objectContaining({ state: 'done' })]);
  });

  it('does not fetch for an unfinished delivery what it no longer serves', async () => {
    rig.sync = () => new Promise(() => {});
    await rig.github(payload(), 'orphan');
    const next = new Rig();
    const repositories = [allowRepository('https://git.example.org/acme/other.git', '/')];
    await next.start({ stateFolder: rig.stateFolder, repositories });
    await next.running.idle();
    expect(next.synced).toEqual([]);
    expect(rig.records()).toEqual([
      expect.objectContaining({
        state: 'failed',
        error: expect.objectContaining({ code: 'WEBHOOK_UNKNOWN_REPOSITORY' }),
      }),
    ]);
    await next.dispose();
    abandon(rig);
  });

  it('says which record is damaged instead of forgetting it', async () => {
    await rig.github(payload(), 'torn');
    await rig.running.idle();
    await rig.stop();
    const [name = ''] = readdirSync(folderOf(rig));
    writeFileSync(path.join(folderOf(rig), name), '{"id":');
    await expect(rig.start()).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringContaining(name),
    });
  });

  it('forgets a delivery after thirty days', async () => {
    const old = new Date(Date.now() - 31 * 24 * 3_600_000);
    await rig.github(payload(), 'old');
    await rig.running.idle();
    await rig.stop();
    const [name = ''] = readdirSync(folderOf(rig));
    const file = path.join(folderOf(rig), name);
    const [record] = rig.records();
    writeFileSync(file, JSON.stringify({ ...record, acceptedAt: old.toISOString() }));
    await rig.start();
    expect(readdirSync(folderOf(rig))).toEqual([]);
  });
});

/** A receiver whose sync never ends cannot be stopped in order: only its socket is closed. */
function abandon(rig: Rig): void {
  rig.running.stop().catch(() => undefined);
  rig.forget();
}
