import { PipelineErrors } from '../../src/errors.ts';
import { reconcileSchedules, retireSchedules } from '../../src/schedule/reconcile-schedules.ts';
import type { ScheduleRig } from './rig.ts';
import { HOLD, pipelineOf, startScheduleRig, until } from './rig.ts';

let rig: ScheduleRig;
beforeAll(async () => {
  rig = await startScheduleRig();
});
afterAll(() => rig.stop());

const yearly = { cron: '0 0 1 1 *' };
const changesOf = async (...pipelines: Parameters<typeof reconcileSchedules>[1]) =>
  (await reconcileSchedules(rig.client, pipelines)).map(
    ({ scheduleId, change }) => `${change} ${scheduleId}`,
  );
const describe_ = (id: string) => rig.client.schedule.getHandle(id).describe();

describe('reconciling', () => {
  it('makes what is missing, and nothing the second time', async () => {
    const pipeline = pipelineOf('made', {
      schedules: [yearly, { every: '6h', key: 'often', overlap: 'skip', jitter: '1m' }],
      data: { every: '1h', sources: ['a.csv'], params: {} },
    });
    expect(await changesOf(pipeline)).toEqual([
      'created modelwright-made-0',
      'created modelwright-made-often',
      'created modelwright-made-data',
    ]);
    expect(await changesOf(pipeline)).toEqual([
      'unchanged modelwright-made-0',
      'unchanged modelwright-made-often',
      'unchanged modelwright-made-data',
    ]);
    const { policies, spec } = await describe_('modelwright-made-often');
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
    expect(spec).toMatchObject({ jitter: 60_000 });
  });

  it('changes in place: history, pause and note stay', async () => {
    await changesOf(pipelineOf('kept', { schedules: [yearly] }));
    const handle = rig.client.schedule.getHandle('modelwright-kept-0');
    await handle.trigger();
    // The server performs a trigger when it can, which may be after it answered.
    await until('the trigger', async () => (await handle.describe()).info.numActionsTaken === 1);
    await handle.pause('until the data is back');
    const before = await handle.describe();
    const changed = pipelineOf('kept', { schedules: [yearly], steps: HOLD });
    expect(await changesOf(changed)).toEqual(['updated modelwright-kept-0']);
    const after = await handle.describe();
    expect(after.state).toEqual(before.state);
    expect(after.state).toMatchObject({ paused: true, note: 'until the data is back' });
    expect(after.info.numActionsTaken).toBe(1);
    expect(after.info.createdAt).toEqual(before.info.createdAt);
    expect(after.spec).toEqual(before.spec);
    expect(after.action.args).not.toEqual(before.action.args);
    expect(await changesOf(changed)).toEqual(['unchanged modelwright-kept-0']);
  });

  it('changes the times, the parameters and the commit too', async () => {
    const at = (schedule: object, commit?: string) =>
      changesOf({ ...pipelineOf('moved', { schedules: [schedule] }), commit });
    expect(await at({ every: '1h' })).toEqual(['created modelwright-moved-0']);
    expect(await at({ every: '2h' })).toEqual(['updated modelwright-moved-0']);
    expect(await at({ every: '2h', params: { seed: 8 } })).toEqual(['updated modelwright-moved-0']);
    expect(await at({ every: '2h', params: { seed: 8 } }, 'a'.repeat(40))).toEqual([
      'updated modelwright-moved-0',
    ]);
    const { spec, action } = await describe_('modelwright-moved-0');
    expect(spec.intervals).toMatchObject([{ every: 7_200_000 }]);
    expect(action.args).toMatchObject([{ commit: 'a'.repeat(40), plan: { params: { seed: 8 } } }]);
  });

  it('deletes what the file no longer has, and leaves other pipelines alone', async () => {
    const both = pipelineOf('shrunk', { schedules: [yearly, { ...yearly, key: 'second' }] });
    await changesOf(both, pipelineOf('shrunk-not', { schedules: [yearly] }));
    expect(await changesOf(pipelineOf('shrunk', { schedules: [yearly] }))).toEqual([
      'unchanged modelwright-shrunk-0',
      'deleted modelwright-shrunk-second',
    ]);
    await expect(describe_('modelwright-shrunk-second')).rejects.toThrow(/not found/);
    expect(await retireSchedules(rig.client, 'shrunk')).toEqual([
      { scheduleId: 'modelwright-shrunk-0', pipeline: 'shrunk', change: 'deleted' },
    ]);
    await expect(describe_('modelwright-shrunk-not-0')).resolves.toBeDefined();
  });

  it('only says what it would do in a dry run', async () => {
    const pipeline = pipelineOf('dry', { schedules: [yearly] });
    const changes = await reconcileSchedules(rig.client, [pipeline], { dryRun: true });
    expect(changes.map(({ change }) => change)).toEqual(['created']);
    await expect(describe_('modelwright-dry-0')).rejects.toThrow(/not found/);
  });

  it('changes nothing where one pipeline does not compile', async () => {
    const broken = {
      ...pipelineOf('broken', { schedules: [yearly] }),
      planFor: () => {
        throw new PipelineErrors([]);
      },
    };
    const good = pipelineOf('beside-broken', { schedules: [yearly] });
    await expect(reconcileSchedules(rig.client, [good, broken])).rejects.toThrow(PipelineErrors);
    await expect(describe_('modelwright-beside-broken-0')).rejects.toThrow(/not found/);
  });

  it('of two at once makes one schedule', async () => {
    const pipeline = pipelineOf('raced', { schedules: [yearly] });
    const changes = await Promise.all([changesOf(pipeline), changesOf(pipeline)]);
    expect(changes.flat().map((change) => change.split(' ')[1])).toEqual([
      'modelwright-raced-0',
      'modelwright-raced-0',
    ]);
    expect(await changesOf(pipeline)).toEqual(['unchanged modelwright-raced-0']);
  });
});
