/** What a dry run says of schedules, held against what Temporal then has. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyFolder } from '../../src/git/apply-folder.ts';
import type { ScheduleChange } from '../../src/schedule/reconcile-schedules.ts';
import type { Engine } from '../temporal/harness.ts';
import { startEngine, temporaryFolder } from '../temporal/harness.ts';
import { pipelineText } from './git-repository.ts';

const folder = temporaryFolder();
const stateFolder = path.join(folder, '.modelwright');
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({});
});
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

const place = (file: string, text: string): void => {
  mkdirSync(path.join(folder, 'pipelines'), { recursive: true });
  writeFileSync(path.join(folder, 'pipelines', file), text);
};

const said = (changes: readonly ScheduleChange[]) =>
  changes.map(({ scheduleId, change }) => `${change} ${scheduleId}`).sort();

async function apply({ dryRun }: { readonly dryRun: boolean }): Promise<readonly string[]> {
  const { schedules } = await applyFolder({
    ...{ folder, stateFolder, dryRun },
    useClient: (perform) => {
      if (dryRun) throw new Error('a dry run asks no server');
      return perform(engine.client);
    },
  });
  return said(schedules);
}

it('a dry run says what becomes of the schedules', async () => {
  const a = (on: string, comment = '') =>
    place('a.yaml', comment + pipelineText({ name: 'a', on }));
  a('{ schedule: [{ every: 1h, name: hourly }, { every: 2h, name: other }] }');
  place('b.yaml', pipelineText({ name: 'b', on: '{ data: { every: 1h, sources: [d.csv] } }' }));
  const first = ['hourly', 'other'].map((name) => `created modelwright-a-${name}`);
  expect(await apply({ dryRun: true })).toEqual([...first, 'created modelwright-b-data']);
  expect(await apply({ dryRun: false })).toEqual([...first, 'created modelwright-b-data']);
  a('{ schedule: [{ every: 1h, name: hourly }, { every: 2h, name: other }] }', '# A comment\n');
  expect(await apply({ dryRun: true })).toEqual([]);
  a('{ schedule: [{ every: 3h, name: hourly }, { every: 1h, name: fresh }] }');
  rmSync(path.join(folder, 'pipelines', 'b.yaml'));
  const second = [
    'created modelwright-a-fresh',
    'deleted modelwright-a-other',
    'deleted modelwright-b-data',
    'updated modelwright-a-hourly',
  ];
  expect(await apply({ dryRun: true })).toEqual(second);
  expect(await apply({ dryRun: true })).toEqual(second);
  expect(await apply({ dryRun: false })).toEqual(second);
  expect(await apply({ dryRun: true })).toEqual([]);
});
