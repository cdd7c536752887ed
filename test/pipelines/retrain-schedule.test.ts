/**
 * A schedule that retrains while its data grow and people take their time. The short form runs in
 * the suite; `npm run demo:retrain` fires every 10 s and tells what happens.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '../../src/json.ts';
import type { RunSummary } from '../../src/temporal/runs.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const EVERY = process.env['MODELWRIGHT_RETRAIN_EVERY'] ?? '5s';
const IS_DEMO = process.env['MODELWRIGHT_RETRAIN_EVERY'] !== undefined;

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILE = 'pipelines/retrain-digits.yaml';
const DATA = 'pipelines/data/digits.csv';
const [HEADER = '', ...ROWS] = readFileSync(path.join(ROOT, DATA), 'utf8').trim().split('\n');
const THIRD = Math.ceil(ROWS.length / 3);

/** The pipeline as it is, but every few seconds, and with a person for whatever is not worse. */
const PIPELINE = readFileSync(path.join(ROOT, FILE), 'utf8').replace(
  /^on:\n(?: .*\n)+/m,
  `on:\n  schedule:\n    - { name: often, every: ${EVERY}, params: { minImprovement: 1, reviewItems: 2 } }\n`,
);

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

function tell(text: string): void {
  if (IS_DEMO) process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
}

/** Rows `THIRD * third` and on; the first third with the header. */
function collect(third: number): void {
  const rows = ROWS.slice(THIRD * third, THIRD * (third + 1));
  if (third === 0) rig.write(DATA, `${HEADER}\n`);
  appendFileSync(path.join(rig.project, DATA), `${rows.join('\n')}\n`);
  tell(`data: ${rows.length} rows more`);
}

async function scheduled(): Promise<RunSummary[]> {
  const runs = await rig.json<RunSummary[]>('status');
  return runs.sort((a, b) => a.startedAtMs - b.startedAtMs);
}

const statusOf = (id: string): Promise<RunStatus> => rig.json<RunStatus>('status', id);
const stepOf = ({ steps }: RunStatus, id: string) => steps.find((step) => step.id === id);
const outputsOf = (status: RunStatus, id: string): JsonObject => stepOf(status, id)?.outputs ?? {};

/** The run of the n-th firing, from 0, once it has read the data. */
async function firing(n: number): Promise<string> {
  let id = '';
  await rig.until(`run ${n + 1} has read the data`, async () => {
    id = (await scheduled())[n]?.id ?? '';
    return id !== '' && stepOf(await statusOf(id), 'data')?.state === 'succeeded';
  });
  tell(`run ${n + 1}: ${id} has read the data`);
  return id;
}

async function settled(id: string, state: RunStatus['state']): Promise<RunStatus> {
  let status = await statusOf(id);
  await rig.until(`${id} is ${state}`, async () => {
    status = await statusOf(id);
    return status.state === state;
  });
  const { verdict } = outputsOf(status, 'comparison');
  const { reason = '' } = outputsOf(status, 'promotion');
  tell(`${id}: ${state}, ${String(verdict)}; ${String(reason)}`);
  return status;
}

async function decide(id: string, verdict: 'approve' | 'reject'): Promise<RunStatus> {
  const open = await rig.json<{ item: string }[]>('review', 'list', '--run', id);
  for (const { item } of open) {
    tell(`${id}: a person says ${verdict} of ${item}`);
    const decided = await rig.cli('review', 'decide', item, '--run', id, '--verdict', verdict);
    expect(decided).toMatchObject({ code: 0 });
  }
  return settled(id, 'succeeded');
}

async function apply(): Promise<void> {
  const { code, stdout } = await rig.cli('apply', '.');
  expect(code).toBe(0);
  tell(stdout.trim());
}

it(`retrains every ${EVERY} on data that grow; a run that waits for a person holds up none`, async () => {
  collect(0);
  rig.write(FILE, PIPELINE);
  await apply();

  const first = await firing(0);
  collect(1);
  expect((await settled(first, 'succeeded')).outputs).toMatchObject({
    verdict: 'first',
    promoted: true,
    version: 1,
  });

  const second = await firing(1);
  collect(2);
  const waiting = await settled(second, 'waiting-for-review');

  // The third time comes while the second run still waits.
  const third = await firing(2);
  expect((await statusOf(second)).state).toBe('waiting-for-review');
  rmSync(path.join(rig.project, FILE));
  await apply();

  expect((await decide(second, 'approve')).outputs).toMatchObject({ promoted: true, version: 2 });
  await settled(third, 'waiting-for-review');
  const last = await decide(third, 'reject');
  expect(last.outputs).toMatchObject({ promoted: false, version: 2 });

  const rows = [first, waiting, last].map(async (of) => {
    const status = typeof of === 'string' ? await statusOf(of) : of;
    expect(status.run.origin).toMatchObject({ type: 'schedule' });
    const parts = outputsOf(status, 'data')['rows'] as Readonly<Record<string, number>>;
    return Object.values(parts).reduce((sum, count) => sum + count, 0);
  });
  expect(await Promise.all(rows)).toEqual([THIRD, 2 * THIRD, ROWS.length]);
}, 240_000);
