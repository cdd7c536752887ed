/** Retraining as users run it: data that grow, a model in production, and a person where needed. */
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../../src/json.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig, type CliResult } from '../crash/rig.ts';

const PIPELINES = path.resolve(import.meta.dirname, '../../pipelines');
const FILE = 'retrain-digits.yaml';
const [HEADER = '', ...ROWS] = readFileSync(path.join(PIPELINES, 'data/digits.csv'), 'utf8')
  .trim()
  .split('\n');

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  copyFileSync(path.join(PIPELINES, FILE), path.join(rig.project, FILE));
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

/** The project's data are the first so many rows. */
function collect(rows: number): void {
  const text = [HEADER, ...ROWS.slice(0, rows), ''].join('\n');
  rig.write('pipelines/data/digits.csv', text);
}

/** Runs until the end or a review. */
async function retrain(id: string, ...params: string[]): Promise<CliResult> {
  const given = ['reviewItems=2', ...params].flatMap((param) => ['--param', param]);
  return rig.cli('run', FILE, '--id', id, '--wait', ...given);
}

/** No gain is large enough: whatever is not clearly worse is for a person to settle. */
const UNSURE = 'minImprovement=1';

async function decideAll(id: string, verdict: 'approve' | 'reject'): Promise<RunStatus> {
  const open = await rig.json<{ item: string }[]>('review', 'list', '--run', id);
  expect(open.length).toBeGreaterThan(0);
  for (const { item } of open) {
    const shown = await rig.cli('review', 'show', item, '--run', id);
    expect(shown.stdout).toMatch(/the new model says \d.*, production says \d/);
    const decided = await rig.cli('review', 'decide', item, '--run', id, '--verdict', verdict);
    expect(decided).toMatchObject({ code: 0 });
  }
  return ended(id);
}

async function ended(id: string): Promise<RunStatus> {
  let status = await rig.json<RunStatus>('status', id);
  await rig.until(`${id} ends`, async () => {
    status = await rig.json<RunStatus>('status', id);
    return status.finishedAtMs !== null;
  });
  expect(status.error).toBeNull();
  expect(status.state).toBe('succeeded');
  return status;
}

const outputsOf = ({ steps }: RunStatus, step: string): JsonObject =>
  steps.find(({ id }) => id === step)?.outputs ?? {};

async function inProduction(): Promise<number | undefined> {
  const [model] = await rig.json<{ aliases: Record<string, number> }[]>('models');
  return model?.aliases['production'];
}

describe('retraining', () => {
  it('promotes the first model, asking nobody', async () => {
    collect(600);
    expect(await retrain('first')).toMatchObject({ code: 0 });
    const status = await ended('first');
    expect(status.outputs).toMatchObject({ verdict: 'first', promoted: true, version: 1 });
    expect(outputsOf(status, 'review')).toMatchObject({ items: 0 });
    expect(outputsOf(status, 'training')['startedFrom']).toBeNull();
    expect(await inProduction()).toBe(1);
  }, 60_000);

  it('waits for a person where it is unsure, and keeps the old model if they reject', async () => {
    collect(1_200);
    expect(await retrain('rejected', UNSURE)).toMatchObject({ code: 4 });
    expect(await inProduction()).toBe(1);
    const status = await decideAll('rejected', 'reject');
    expect(status.outputs).toMatchObject({ verdict: 'unsure', promoted: false, version: 1 });
    expect(outputsOf(status, 'review')).toMatchObject({ verdict: 'rejected', items: 2 });
    const { startedFrom } = outputsOf(status, 'training');
    const { rows, leftOut, productionVersion } = outputsOf(status, 'comparison');
    expect([startedFrom, productionVersion]).toEqual([1, 1]);
    // Twice the rows in a new split: some that production was trained on are now in the test part.
    expect(Number(leftOut)).toBeGreaterThan(0);
    expect(Number(rows) + Number(leftOut)).toBe(241);
    expect(await inProduction()).toBe(1);
  }, 60_000);

  it('goes on while another run waits; what is approved too late replaces nothing', async () => {
    expect(await retrain('slow', UNSURE, 'seed=8')).toMatchObject({ code: 4 });
    expect(await retrain('quick', UNSURE, 'seed=9')).toMatchObject({ code: 4 });
    const quick = await decideAll('quick', 'approve');
    expect(quick.outputs).toMatchObject({ verdict: 'unsure', promoted: true, version: 2 });
    const slow = await decideAll('slow', 'approve');
    expect(slow.outputs).toMatchObject({ verdict: 'unsure', promoted: false, version: 2 });
    expect(outputsOf(slow, 'promotion')['reason']).toContain('compared with version 1');
    expect(await inProduction()).toBe(2);
  }, 90_000);

  it('does by itself what the pairs say', async () => {
    collect(ROWS.length);
    const { code } = await retrain('grown');
    const status = code === 4 ? await decideAll('grown', 'approve') : await ended('grown');
    const { verdict } = outputsOf(status, 'comparison');
    expect(code).toBe(verdict === 'unsure' ? 4 : 0);
    const promoted = verdict === 'better' || verdict === 'unsure';
    expect(status.outputs).toMatchObject({ promoted, version: promoted ? 3 : 2 });
    expect(await inProduction()).toBe(promoted ? 3 : 2);
    const [report = ''] = (
      await rig.json<string[]>('artifacts', 'get', 'grown', '--out', 'out')
    ).filter((name) => name.endsWith('report.html'));
    const html = readFileSync(report, 'utf8');
    expect(html).toContain(promoted ? 'is now production' : 'stays production');
    expect(html).toContain(`Comparison “comparison”: ${String(verdict)}`);
  }, 60_000);
});
