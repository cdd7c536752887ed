import { setTimeout as sleep } from 'node:timers/promises';
import { cancelRun, describeRun, finalStatus, runStatus } from '../../src/temporal/runs.ts';
import { decide, openItems } from '../../src/temporal/reviews.ts';
import { reconcileSchedules } from '../../src/schedule/reconcile-schedules.ts';
import type { Overlap } from '../../src/spec/spec.ts';
import type { ScheduleRig } from './rig.ts';
import { HOLD, NOOP, pipelineOf, REVIEWED, startScheduleRig, until } from './rig.ts';

let rig: ScheduleRig;
beforeAll(async () => {
  rig = await startScheduleRig();
});
afterAll(() => rig.stop());

const handleOf = (name: string) => rig.client.schedule.getHandle(`modelwright-${name}-0`);

async function everySecond(name: string, steps = NOOP, overlap?: Overlap) {
  const schedule = { every: '1s', ...(overlap && { overlap }) };
  await reconcileSchedules(rig.client, [pipelineOf(name, { steps, schedules: [schedule] })]);
}

const untilRuns = (name: string, count: number) =>
  until(`${count} runs of ${name}`, async () => (await rig.runsOf(name)).length >= count);

const statusesOf = async (name: string) => (await rig.runsOf(name)).map(({ status }) => status);

describe('a schedule', () => {
  it('starts a run for each time that is due, and the run says which', async () => {
    await everySecond('ticking');
    await untilRuns('ticking', 3);
    await handleOf('ticking').delete();
    const runs = await rig.runsOf('ticking');
    for (const run of runs) {
      expect(run.origin).toMatchObject({ type: 'schedule', scheduleId: 'modelwright-ticking-0' });
      const dueAt = run.origin.type === 'schedule' ? run.origin.dueAt : '';
      const stamp = dueAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
      expect(run.id).toBe(`ticking-0-${stamp}`);
      expect((await finalStatus(rig.client, run.id)).run.origin).toEqual(run.origin);
    }
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  it('keeps one time while the run before is at work', async () => {
    await everySecond('buffered', HOLD);
    await untilRuns('buffered', 1);
    await sleep(2_800);
    expect(await statusesOf('buffered')).toEqual(['running']);
    const [first] = await rig.runsOf('buffered');
    const released = Date.now();
    rig.release(first!.id);
    await untilRuns('buffered', 2);
    await handleOf('buffered').delete();
    const [, second] = await rig.runsOf('buffered');
    // The time after the first was kept; those after that one were let go.
    const dueAt = second!.origin.type === 'schedule' ? Date.parse(second!.origin.dueAt) : NaN;
    expect(dueAt).toBeLessThan(released - 1_500);
    rig.release(second!.id);
    expect((await finalStatus(rig.client, second!.id)).state).toBe('succeeded');
  });

  it('goes on while a run waits for people, and that run still ends as they decide', async () => {
    await everySecond('reviewed', REVIEWED);
    await untilRuns('reviewed', 2);
    await handleOf('reviewed').pause();
    const [first, second] = await rig.runsOf('reviewed');
    const isWaiting = async (id: string) =>
      (await runStatus(rig.client, id)).state === 'waiting-for-review';
    await until('both wait', async () => (await isWaiting(first!.id)) && isWaiting(second!.id));
    const [item] = await openItems(rig.client, first!.id);
    await decide(rig.client, item!, { verdict: 'approve', reviewer: 'bob' });
    expect((await finalStatus(rig.client, first!.id)).state).toBe('succeeded');
    await cancelRun(rig.client, second!.id);
  });

  it('does not go on while a branch beside the review is at work', async () => {
    await everySecond('half-waiting', [...REVIEWED, { id: 'beside', kind: 'hold' }], 'skip');
    await untilRuns('half-waiting', 1);
    const [first] = await rig.runsOf('half-waiting');
    const gateIsOpen = async () =>
      (await runStatus(rig.client, first!.id)).gates.some(({ state }) => state === 'open');
    await until('the gate is open', gateIsOpen);
    await sleep(2_000);
    expect(await statusesOf('half-waiting')).toEqual(['running']);
    rig.release(first!.id);
    await untilRuns('half-waiting', 2);
    await handleOf('half-waiting').delete();
  });

  it.each(['cancel-other', 'terminate-other'] as const)(
    '%s ends the run before',
    async (overlap) => {
      await everySecond(overlap, HOLD, overlap);
      await untilRuns(overlap, 2);
      await handleOf(overlap).delete();
      const [first] = await rig.runsOf(overlap);
      const ended = overlap === 'cancel-other' ? 'cancelled' : 'terminated';
      await until(ended, async () => (await describeRun(rig.client, first!.id)).status === ended);
      if (overlap === 'cancel-other') expect(rig.records.has(first!.id)).toBe(true);
    },
  );

  it('allow-all lets runs run beside each other', async () => {
    await everySecond('crowded', HOLD, 'allow-all');
    await untilRuns('crowded', 2);
    await handleOf('crowded').delete();
    expect((await statusesOf('crowded')).slice(0, 2)).toEqual(['running', 'running']);
  });

  it('starts nothing while it is paused, one run when told to, and the past when asked', async () => {
    const yearly = { cron: '0 0 1 1 *', overlap: 'buffer-all' as const };
    await reconcileSchedules(rig.client, [pipelineOf('told', { schedules: [yearly] })]);
    await handleOf('told').pause('not now');
    await handleOf('told').trigger();
    await untilRuns('told', 1);
    const range = {
      start: new Date('2019-12-31T00:00Z'),
      end: new Date('2022-01-01T00:00Z'),
      overlap: 'BUFFER_ALL' as const,
    };
    await handleOf('told').backfill(range);
    await untilRuns('told', 4);
    const stamps = (await rig.runsOf('told')).map(({ id }) => id).sort();
    expect(stamps.slice(0, 3)).toEqual([
      'told-0-20200101-000000',
      'told-0-20210101-000000',
      'told-0-20220101-000000',
    ]);
    // The same times again: they have their runs.
    await handleOf('told').backfill(range);
    const taken = async () => (await handleOf('told').describe()).info.numActionsTaken;
    await until('the second backfill', async () => (await taken()) >= 7);
    await sleep(500);
    expect(await rig.runsOf('told')).toHaveLength(4);
  });
});

describe('a data trigger', () => {
  const every = { every: '1s', sources: ['a.csv', 'b.csv'], params: {} };
  const sources = async (name: string) =>
    (await rig.runsOf(name)).map(({ origin }) => (origin.type === 'data' ? origin.source : origin));

  it('starts one run for each content of its sources', async () => {
    rig.writeData('a.csv', 'x\n1\n');
    rig.writeData('b.csv', 'x\n1\n');
    await reconcileSchedules(rig.client, [pipelineOf('fresh', { data: every })]);
    await untilRuns('fresh', 1);
    await sleep(1_500);
    expect(await sources('fresh')).toEqual(['a.csv']);
    rig.writeData('b.csv', 'x\n1\n2\n');
    await untilRuns('fresh', 2);
    await sleep(1_500);
    expect(await sources('fresh')).toEqual(['a.csv', 'b.csv']);
    // Made anew it remembers nothing; the run of this content is found by its id.
    const handle = rig.client.schedule.getHandle('modelwright-fresh-data');
    await handle.delete();
    await reconcileSchedules(rig.client, [pipelineOf('fresh', { data: every })]);
    await until('a check', async () => (await handle.describe()).info.numActionsTaken >= 2);
    await handle.delete();
    expect(await sources('fresh')).toHaveLength(2);
  });

  it('says why where a source cannot be read, and goes on when it can', async () => {
    const data = { every: '1s', sources: ['../outside.csv'], params: {} };
    await reconcileSchedules(rig.client, [pipelineOf('refused', { data })]);
    const handle = rig.client.schedule.getHandle('modelwright-refused-data');
    await until('a check', async () => (await handle.describe()).info.recentActions.length > 0);
    const [check] = (await handle.describe()).info.recentActions;
    await handle.pause();
    const result = rig.client.workflow.getHandle(check!.action.workflow.workflowId).result();
    await expect(result).rejects.toMatchObject({
      cause: { cause: { type: 'DATA_PATH_REFUSED' } },
    });
    rig.writeData('later.csv', 'x\n');
    const mended = { every: '1s', sources: ['later.csv'], params: {} };
    await reconcileSchedules(rig.client, [pipelineOf('refused', { data: mended })]);
    await handle.unpause();
    await untilRuns('refused', 1);
    await handle.delete();
  });
});
