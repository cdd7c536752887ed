import { setTimeout as sleep } from 'node:timers/promises';
import { reconcileSchedules } from '../../src/schedule/reconcile-schedules.ts';
import { lastCheck, viewSchedule } from '../../src/schedule/schedule-view.ts';
import type { DriftTrigger } from '../../src/spec/spec.ts';
import { finalStatus } from '../../src/temporal/runs.ts';
import { promoteModel, storeTable, storeTrained, tableOf } from '../activities/trained-model.ts';
import type { ScheduleRig } from './rig.ts';
import { pipelineOf, startScheduleRig, until as untilWithin } from './rig.ts';

const ID = 'modelwright-watched-drift';
const DRIFT: DriftTrigger = {
  every: '1s',
  source: 'new.csv',
  model: { name: 'digits', alias: 'production' },
  statistic: 'psi',
  threshold: 0.2,
  features: 1,
  params: {},
};

/** A busy server tells of checks some seconds late. */
const until = (what: string, holds: () => Promise<boolean>) => untilWithin(what, holds, 40_000);

let rig: ScheduleRig;
beforeAll(async () => {
  rig = await startScheduleRig();
  rig.writeData('new.csv', tableOf(90));
});
afterAll(() => rig.stop());

const apply = (drift = DRIFT) => reconcileSchedules(rig.client, [pipelineOf('watched', { drift })]);
const runs = () => rig.runsOf('watched');
const schedule = () => rig.client.schedule.getHandle(ID);
const untilSays = (text: string) =>
  until(text, async () => (await lastCheck(rig.client, ID)).says?.startsWith(text) ?? false);
const taken = async () => (await schedule().describe()).info.numActionsTaken;

/** So many more checks: all but the last have ended, for there is one at a time. */
async function checks(count: number): Promise<void> {
  const before = await taken();
  await until(`${count} checks`, async () => (await taken()) >= before + count);
}

async function promote(csv: string, run: string, seed = 1): Promise<void> {
  const dataset = await storeTable(rig.models, csv);
  await promoteModel(rig.stateFolder, await storeTrained(rig.models, dataset, { seed }), run);
}

/** In this order: each part goes on from the one before. */
describe('a drift trigger', () => {
  it('starts nothing while no model is in production, and says so', async () => {
    await apply();
    await checks(1);
    await untilSays('no version of digits is production: nothing to compare with');
    expect(await viewSchedule(rig.client, ID)).toMatchObject({ trigger: DRIFT, runs: [] });
  });

  it('starts nothing for data like that which the model was trained on', async () => {
    await promote(tableOf(500), 'run-1');
    await untilSays('0 of 2 features drifted');
    await checks(2);
    expect(await runs()).toEqual([]);
  });

  it('starts one run for data that drifted, and the run says why', async () => {
    rig.writeData('new.csv', tableOf(90, { from: 30 }));
    await until('a run', async () => (await runs()).length > 0);
    await checks(3);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run?.id).toMatch(/^watched-drift-[0-9a-f]{12}-\w{1,8}$/);
    expect(run).toMatchObject({
      submittedBy: ID,
      origin: {
        type: 'drift',
        source: 'new.csv',
        model: { name: 'digits', version: 1 },
        features: [{ name: 'a', statistic: 'psi', value: expect.any(Number) }],
      },
    });
    expect((await finalStatus(rig.client, run!.id)).run.origin).toEqual(run?.origin);
    expect((await viewSchedule(rig.client, ID)).runs.map(({ id }) => id)).toEqual([run?.id]);
    await untilSays('1 of 2 features drifted from what digits version 1 was trained on');
  });

  it('starts no other for the same drift: made anew, or with a model of the same data', async () => {
    await schedule().delete();
    await apply();
    await untilSays('1 of 2 features drifted');
    await promote(tableOf(500), 'run-2', 2);
    await checks(2);
    expect(await runs()).toHaveLength(1);
  });

  it('fails the check alone where the data is bad', async () => {
    rig.writeData('new.csv', 'a,letter\n1,x\n');
    await until('a failure', async () => (await lastCheck(rig.client, ID)).failure !== null);
    const { failure } = await lastCheck(rig.client, ID);
    expect(failure).toMatch(/has no column "b"/);
    await sleep(1_500);
    expect((await schedule().describe()).state.paused).toBe(false);
    rig.writeData('new.csv', tableOf(90));
    await untilSays('0 of 2 features drifted');
    expect(await runs()).toHaveLength(1);
  });

  it('looks at the same data anew where the threshold is another', async () => {
    await apply({ ...DRIFT, threshold: 50 });
    rig.writeData('new.csv', tableOf(95, { from: 40 }));
    await checks(2);
    expect(await runs()).toHaveLength(1);
    await apply();
    await until('a second run', async () => (await runs()).length === 2);
  });

  it('starts another run for a model of other data, if they drifted from that too', async () => {
    await promote(tableOf(500, { from: 40 }), 'run-3');
    await untilSays('0 of 2 features drifted');
    await promote(tableOf(500, { from: -20 }), 'run-4');
    await until('a third run', async () => (await runs()).length === 3);
    await checks(2);
    expect((await runs()).map(({ origin }) => origin)).toMatchObject(
      [1, 2, 4].map((version) => ({ type: 'drift', model: { version } })),
    );
  });

  it('measures by another statistic where it is told to, and the run says by which', async () => {
    await apply({ ...DRIFT, statistic: 'ks', threshold: 0.1 });
    // A check that began before looks by the other one.
    await checks(2);
    rig.writeData('new.csv', tableOf(96, { from: 45 }));
    await until('a fourth run', async () => (await runs()).length === 4);
    const { origin } = (await runs()).at(-1) ?? {};
    expect(origin).toMatchObject({ features: [{ name: 'a', statistic: 'ks' }] });
    await schedule().delete();
  });
});
