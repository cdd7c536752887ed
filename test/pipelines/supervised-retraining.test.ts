/** Supervision as users run it: drift, retraining, audits, gates, people and the way back. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import type { JsonObject } from '../../src/json.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILE = 'supervised-retraining.yaml';
const [HISTORY, LATER] = ['pipelines/data/digits.csv', 'pipelines/data/digits-later.csv'];

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
  copyFileSync(path.join(ROOT, 'pipelines', FILE), path.join(rig.project, FILE));
  mkdirSync(path.join(rig.project, 'pipelines/data'), { recursive: true });
  for (const file of [HISTORY, LATER]) {
    copyFileSync(path.join(ROOT, file), path.join(rig.project, file));
  }
  await rig.up();
}, 60_000);
afterAll(() => rig.dispose());

async function run(id: string, code: number, ...params: string[]): Promise<void> {
  const given = params.flatMap((param) => ['--param', param]);
  const result = await rig.cli('run', FILE, '--id', id, '--wait', ...given);
  expect({ code: result.code, id }).toEqual({ code, id });
}

async function ended(id: string): Promise<RunStatus> {
  let status = await rig.json<RunStatus>('status', id);
  await rig.until(`${id} ends`, async () => {
    status = await rig.json<RunStatus>('status', id);
    return status.finishedAtMs !== null;
  });
  return status;
}

const stateOf = ({ steps }: RunStatus, step: string) => steps.find(({ id }) => id === step)?.state;
const outputsOf = ({ steps }: RunStatus, step: string): JsonObject =>
  steps.find(({ id }) => id === step)?.outputs ?? {};

async function inProduction(): Promise<number | undefined> {
  const [model] = await rig.json<{ aliases: Record<string, number> }[]>('models');
  return model?.aliases['production'];
}

async function decide(id: string, verdict: 'approve' | 'reject'): Promise<RunStatus> {
  const [open] = await rig.json<{ item: string }[]>('review', 'list', '--run', id);
  expect(open?.item).toBe('question-question');
  const shown = await rig.cli('review', 'show', 'question-question', '--run', id);
  expect(shown.stdout).toContain('Promote the new model of digits?');
  expect(shown.stdout).toContain('better than production is unsure');
  const args = ['question-question', '--run', id, '--verdict', verdict, '--reviewer', 'ida'];
  expect(await rig.cli('review', 'decide', ...args)).toMatchObject({ code: 0 });
  return ended(id);
}

it('trains and promotes the first model', async () => {
  await run('first', 0, `incoming=${HISTORY}`);
  const status = await ended('first');
  expect(status.error).toBeNull();
  expect(stateOf(status, 'drift')).toBe('skipped');
  expect(outputsOf(status, 'promotion')).toMatchObject({ promoted: true, version: 1 });
}, 90_000);

it('trains nothing where nothing has drifted', async () => {
  await run('calm', 0, `incoming=${HISTORY}`);
  const status = await ended('calm');
  expect(outputsOf(status, 'drift')).toMatchObject({ verdict: 'no-drift' });
  expect(outputsOf(status, 'watch')).toMatchObject({ verdict: 'pass', rolledBack: null });
  expect(stateOf(status, 'training')).toBe('skipped');
  expect(await inProduction()).toBe(1);
}, 60_000);

/** No gain is large enough: what is not clearly worse is for a person to settle. */
const UNSURE = 'minImprovement=1';

it('waits for a person where the new one is not surely better, and keeps the old one if they say no', async () => {
  await run('refused', 4, UNSURE);
  const status = await decide('refused', 'reject');
  expect(status.error).toBeNull();
  expect(outputsOf(status, 'drift')).toMatchObject({ drifted: true });
  expect(outputsOf(status, 'release')).toMatchObject({ verdict: 'ask' });
  expect(outputsOf(status, 'promotion')).toMatchObject({ promoted: false, version: 1 });
  expect(await inProduction()).toBe(1);
}, 90_000);

it('promotes it if they say yes', async () => {
  await run('approved', 4, UNSURE, 'seed=8');
  const status = await decide('approved', 'approve');
  expect(outputsOf(status, 'promotion')).toMatchObject({ promoted: true, version: 2 });
  expect(await inProduction()).toBe(2);
}, 90_000);

it('rolls back what fails its audit although nothing has drifted', async () => {
  await run('failing', 0, 'minAccuracy=1');
  const status = await ended('failing');
  expect(outputsOf(status, 'health')).toMatchObject({ status: 'fail' });
  expect(outputsOf(status, 'watch')).toMatchObject({
    verdict: 'flag',
    rolledBack: { name: 'supervised-digits', from: 2, to: 1 },
  });
  expect(await inProduction()).toBe(1);
}, 60_000);

it('promotes what is better by itself, and leaves a report and a card of it', async () => {
  await run('better', 0, 'seed=9');
  const status = await ended('better');
  expect(outputsOf(status, 'comparison')).toMatchObject({ verdict: 'better' });
  expect(stateOf(status, 'question')).toBe('skipped');
  expect(outputsOf(status, 'promotion')).toMatchObject({ promoted: true, version: 3 });
  const { rows } = outputsOf(status, 'data') as unknown as { rows: { test: number } };
  const card = await rig.json<JsonObject>('card', 'supervised-digits');
  const schema = readFileSync(path.join(ROOT, 'schemas/model-card.schema.json'), 'utf8');
  const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(schema) as object);
  expect([validate(card), validate.errors]).toEqual([true, null]);
  expect(card).toMatchObject({
    run: { id: 'better' },
    model: { name: 'supervised-digits', registeredVersion: 3, alias: 'production' },
    stated: { owners: ['digits team'], ethics: null },
    audits: [{ step: 'audit', report: { rows: rows.test } }],
    supervision: [{ step: 'watch' }, { step: 'release', verdict: 'pass' }],
  });
  expect(await rig.json('card', 'better')).toEqual(card);
}, 90_000);

it('stops at the gate where the new one fails its audit, and promotes nothing', async () => {
  await run('closed', 1, `incoming=${HISTORY}`, 'minAccuracy=1', 'seed=10');
  const status = await ended('closed');
  expect(status.error).toMatchObject({ code: 'GATE_CLOSED' });
  expect(await inProduction()).toBe(3);
}, 90_000);
