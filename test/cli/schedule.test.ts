/** `modelwright schedule`, as people use it: the built command against a real server. */
import { Rig } from '../crash/rig.ts';
import type { ScheduleView } from '../../src/schedule/schedule-view.ts';

const PIPELINE = `name: digits
params:
  seed: { type: integer, default: 7 }
on:
  schedule:
    - cron: '30 2 * * *'
      name: nightly
      timeZone: Europe/Berlin
      params: { seed: 8 }
steps:
  data:
    uses: dataset
    with: { source: pipelines/data/digits.csv, target: label }
`;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  rig.write('pipelines/digits.yaml', PIPELINE);
});
afterAll(() => rig.dispose());

describe('schedule next', () => {
  const next = async (name: string) =>
    (
      await rig.json<{ next: string[] }[]>(
        ...['schedule', 'next', name, '-n', '3', '--from', '2026-10-24T12:00:00Z'],
      )
    ).map((one) => one.next);

  it('previews a file and a name over a change of the clocks, without a server', async () => {
    const expected = ['2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30'];
    const times = expected.map((time) => `${time}:00.000Z`);
    expect(await next('pipelines/digits.yaml')).toEqual([times]);
    expect(await next('digits')).toEqual([times]);
  });

  it('shows the time on the wall there', async () => {
    const { stdout } = await rig.cli('schedule', 'next', 'digits', '--from', '2026-03-28T12:00Z');
    expect(stdout).toContain('2026-03-29T01:30:00.000Z  2026-03-29 03:30 Europe/Berlin');
  });

  it('refuses a name that no file has, and a broken file', async () => {
    expect(await rig.cli('schedule', 'next', 'digts')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "digits"?'),
    });
    rig.write('broken.yaml', PIPELINE.replace('30 2 *', '30 24 *'));
    const { code, stderr } = await rig.cli('schedule', 'next', 'broken.yaml');
    expect(code).toBe(3);
    expect(stderr).toContain('broken.yaml:6:13');
  });
});

describe('with a server', () => {
  beforeAll(() => rig.up(), 60_000);

  it('apply makes the schedules of a file; list and show tell of them', async () => {
    const apply = () => rig.json('schedule', 'apply', 'pipelines/digits.yaml');
    const id = 'modelwright-digits-nightly';
    const change = { scheduleId: id, pipeline: 'digits' };
    expect(await apply()).toEqual([{ ...change, change: 'created' }]);
    expect(await apply()).toEqual([{ ...change, change: 'unchanged' }]);
    const [listed] = await rig.json<ScheduleView[]>('schedule', 'list');
    expect(listed).toMatchObject({ id, file: 'pipelines/digits.yaml', paused: false, runs: [] });
    expect(listed?.next).toHaveLength(10);
    const { stdout } = await rig.cli('schedule', 'show', 'digits');
    expect(stdout).toContain('30 2 * * * Europe/Berlin');
    expect(stdout).toContain('overlap buffer-one, catch-up 1d, jitter 0s');
  });

  it('pause keeps a note, resume ends it', async () => {
    const paused = await rig.json<ScheduleView>('schedule', 'pause', 'digits', '--note', 'wait');
    expect(paused).toMatchObject({ paused: true, note: 'wait', next: [] });
    const resumed = await rig.json<ScheduleView>('schedule', 'resume', 'digits');
    expect(resumed.paused).toBe(false);
  });

  it('trigger starts a run with the parameters of the schedule; status says what started it', async () => {
    await rig.json('schedule', 'trigger', 'digits');
    const runs = async () => (await rig.json<ScheduleView>('schedule', 'show', 'digits')).runs;
    await rig.until('a run', async () => (await runs()).length === 1);
    const [run] = await runs();
    await rig.until('its end', async () => (await runs())[0]?.status === 'succeeded');
    const { stdout } = await rig.cli('status', run!.id);
    expect(stdout).toContain('by schedule modelwright-digits-nightly, due ');
  });

  it('backfill starts the runs of past times, both ends included, each once', async () => {
    const span = ['--from', '2026-10-25T00:30Z', '--to', '2026-10-26T01:30Z'];
    const ids = async () =>
      (await rig.json<ScheduleView>('schedule', 'show', 'digits')).runs.map(({ id }) => id);
    const { stderr } = await rig.cli('schedule', 'backfill', 'digits', ...span);
    expect(stderr).toContain('2 times were due');
    const expected = ['digits-nightly-20261025-003000', 'digits-nightly-20261026-013000'];
    await rig.until('both', async () => (await ids()).length === 3);
    expect((await ids()).filter((id) => expected.includes(id)).sort()).toEqual(expected);
  });

  it.each([
    [2, ['backfill', 'digits', '--from', '2026-10-26', '--to', '2026-10-25']],
    [2, ['backfill', 'digits', '--from', 'yesterday', '--to', '2026-10-25']],
    [2, ['backfill', 'digits', '--from', '2026-10-26', '--to', '2999-01-01']],
    [2, ['backfill', 'digits', '--from', '1990-01-01', '--to', '2020-01-01']],
    [2, ['trigger', 'digits', '--overlap', 'maybe']],
    [1, ['pause', 'modelwright-digits-nihgtly']],
  ])('exit code %i for schedule %j', async (code, args) => {
    expect((await rig.cli('schedule', ...args)).code).toBe(code);
  });
});
