/** Kept results as users meet them: two runs, `plan` between them, and `cache`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { StepForecast } from '../../src/activities/cache/forecast.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const FILE = 'kept.yaml';
const PIPELINE = `
name: kept
params: { epochs: { type: integer, default: 1 } }
steps:
  data:
    uses: dataset
    with: { source: pipelines/data/digits.csv, target: label, split: { seed: 5 } }
  net:
    uses: architect
    with: { dataset: '\${{ steps.data.outputs.dataset }}', family: mlp, hidden: [4] }
  train:
    uses: train
    with:
      architecture: \${{ steps.net.outputs.architecture }}
      dataset: \${{ steps.data.outputs.dataset }}
      epochs: \${{ params.epochs }}
  release:
    uses: promote
    with: { model: '\${{ steps.train.outputs.model }}', name: digits }
`;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  rig.write(FILE, PIPELINE);
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

interface PlanAnswer {
  readonly forecast: readonly StepForecast[];
}

async function forecastOf(...args: string[]): Promise<string[]> {
  const { forecast } = await rig.json<PlanAnswer>('plan', FILE, ...args);
  return forecast.map((found) =>
    found.cached === 'hit' ? `hit of ${found.madeBy.run}` : found.reason,
  );
}

const SIDE_EFFECTS = 'side effects: it changes the registry of models';

it('gives a second run what the first one made, but what acts outside runs again', async () => {
  expect(await forecastOf()).toEqual([
    'no result kept',
    'depends on step data, which will run',
    'depends on step data, which will run',
    SIDE_EFFECTS,
  ]);
  const first = await rig.json<RunStatus>('run', FILE, '--id', 'one', '--wait');
  expect(await forecastOf()).toEqual(['hit of one', 'hit of one', 'hit of one', SIDE_EFFECTS]);
  const second = await rig.json<RunStatus>('run', FILE, '--id', 'two', '--wait');
  const outputs = ({ steps }: RunStatus) => steps.slice(0, 3).map((step) => step.outputs);
  expect(second.state).toBe('succeeded');
  expect(outputs(second)).toEqual(outputs(first));
  expect(second.steps[3]?.outputs).toMatchObject({ version: 2 });
  const { stdout } = await rig.cli('logs', 'two');
  expect(stdout).toContain('from the cache: made by step "train" of run one');
  expect(stdout).not.toContain('epoch 1/1');
}, 60_000);

it('says why a step will run, and what is new since the last run', async () => {
  expect((await forecastOf('--param', 'epochs=2')).slice(2)).toEqual([
    'with.epochs changed 1 → 2',
    SIDE_EFFECTS,
  ]);
  const { stdout } = await rig.cli('plan', FILE, '--param', 'epochs=2');
  expect(stdout).toMatch(/data .*hit \(run one, \d/);
  expect(stdout).toContain('release changes the registry of models');
  expect(stdout).toMatch(/since the last run, two, started .* ago:/);
  expect(stdout).toContain('params.epochs: 1 → 2');
  expect(stdout).toContain('step train: with.epochs: 1 → 2');
  const file = path.join(rig.project, 'pipelines/data/digits.csv');
  rig.write(
    'pipelines/data/digits.csv',
    readFileSync(file, 'utf8').split('\n').slice(0, 500).join('\n'),
  );
  expect(await forecastOf()).toEqual([
    'data changed: pipelines/data/digits.csv',
    'depends on step data, which will run',
    'depends on step data, which will run',
    SIDE_EFFECTS,
  ]);
}, 60_000);

it('lists what is kept, and forgets it when told to', async () => {
  const listed = await rig.json<{ entry: { parts: { kind: string } } }[]>('cache', 'list');
  expect(listed.map(({ entry }) => entry.parts.kind).sort()).toEqual([
    'architect',
    'dataset',
    'train',
  ]);
  expect((await rig.cli('cache', 'list')).stdout).toMatch(/train +kept +train +one/);
  expect((await rig.cli('cache', 'clear', '--older', 'soon')).code).toBe(2);
  expect(await rig.json('cache', 'clear', '--older', '1d')).toEqual({ removed: 0 });
  expect(await rig.json('cache', 'clear')).toEqual({ removed: 3 });
  expect((await rig.cli('cache', 'list')).stdout).toContain('no results are kept');
  expect((await forecastOf())[0]).toBe('no result kept');
});
