/** `on.drift`, as people use it: the built command, a worker and its compute processes. */
import type { ScheduleView } from '../../src/schedule/schedule-view.ts';
import type { RunSummary } from '../../src/temporal/runs.ts';
import { tableOf } from '../activities/trained-model.ts';
import { Rig } from '../crash/rig.ts';

const PIPELINE = `name: watched
on:
  drift: { every: 1s, source: new.csv, model: { name: watched } }
steps:
  data:
    uses: dataset
    with: { source: old.csv, target: label }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: [2] }
  fit:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: 1
  promote:
    uses: promote
    with: { model: '\${{ steps.fit.outputs.model }}', name: watched }
`;

interface Shown extends ScheduleView {
  readonly lastCheck: string | null;
  readonly lastCheckFailure: string | null;
}

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  rig.write('pipelines/watched.yaml', PIPELINE);
  rig.write('old.csv', tableOf(500));
  rig.write('new.csv', tableOf(90));
});
afterAll(() => rig.dispose());

const show = () => rig.json<Shown>('schedule', 'show', 'watched');
const untilFound = (what: string) =>
  rig.until(what, async () => (await show()).lastCheck?.startsWith(what) ?? false);

it('is previewed without a server', async () => {
  const { stdout } = await rig.cli(
    'schedule',
    'next',
    'watched',
    '-n',
    '2',
    '--from',
    '2026-11-01',
  );
  expect(stdout.trim().split('\n')).toEqual([
    'modelwright-watched-drift  drift of new.csv from watched production, looked at every 1s',
    '  2026-11-01T00:00:01.000Z',
    '  2026-11-01T00:00:02.000Z',
  ]);
});

describe('with a server', () => {
  beforeAll(() => rig.up(), 60_000);

  it('apply keeps it, list tells of it, show says what the last check found', async () => {
    const scheduleId = 'modelwright-watched-drift';
    expect(await rig.json('schedule', 'apply', 'pipelines/watched.yaml')).toEqual([
      { scheduleId, pipeline: 'watched', change: 'created' },
    ]);
    const { stdout } = await rig.cli('schedule', 'list');
    expect(stdout).toContain('drift of new.csv from watched production, looked at every 1s');
    await untilFound('no version of watched is production');
    expect((await rig.cli('schedule', 'show', 'watched')).stdout).toContain(
      'the last check: no version of watched is production: nothing to compare with',
    );
    const said = rig.log('up').split('drift of new.csv: no version of watched').length - 1;
    expect(said).toBe(1);
  });

  it('a drifted file starts one run, and the model it trains on the same data no other', async () => {
    expect((await rig.cli('run', 'pipelines/watched.yaml', '--wait')).code).toBe(0);
    await untilFound('0 of 2 features drifted from what watched version 1');
    rig.write('new.csv', tableOf(90, { from: 40 }));
    const started = async () =>
      (await rig.json<RunSummary[]>('status')).filter(({ origin }) => origin.type === 'drift');
    await rig.until('its run', async () => (await started())[0]?.status === 'succeeded');
    await untilFound('1 of 2 features drifted from what watched version 1');
    const { taken } = (await show()).times;
    await rig.until('more checks', async () => (await show()).times.taken >= taken + 2);
    const [run, ...others] = await started();
    expect(others).toEqual([]);
    expect((await rig.cli('status', run!.id)).stdout).toMatch(
      /by drift of new\.csv from what watched version 1 was trained on: a \(PSI \d\.\d\d\)/,
    );
  });

  it('show says why a check failed', async () => {
    rig.write('new.csv', 'a\n1\n');
    await rig.until('a failure', async () => (await show()).lastCheckFailure !== null);
    expect((await rig.cli('schedule', 'show', 'watched')).stdout).toMatch(
      /the last check failed: .*no column "b"/,
    );
  });
});
