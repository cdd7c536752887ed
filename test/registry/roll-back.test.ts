import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { artifactRef } from '../../src/artifacts/artifact-uri.ts';
import { openModelRegistry, type RollBack } from '../../src/registry/model-registry.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-roll-back-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

async function promote(run: string, alias = 'production'): Promise<void> {
  await openModelRegistry(state).promote({
    name: 'digits',
    alias,
    model: artifactRef(run.charCodeAt(0).toString(16).repeat(32), 10, 'application/json'),
    run: { id: run, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' },
    step: 'promotion',
    metrics: {},
    auditStatus: null,
    reviewVerdict: null,
  });
}

const rollBack = (request: Partial<RollBack> = {}) =>
  openModelRegistry(state).rollBack({
    name: 'digits',
    alias: 'production',
    reason: 'worse on Mondays',
    by: 'ada',
    ...request,
  });

const digits = async () => (await openModelRegistry(state).listModels())[0];

it('goes back one version each time, and keeps who did it and why', async () => {
  for (const run of ['a', 'b', 'c']) await promote(run);
  expect(await rollBack()).toEqual({ from: 3, to: 2 });
  expect(await rollBack({ by: 'bob', reason: 'still' })).toEqual({ from: 2, to: 1 });
  const model = await digits();
  expect(model?.aliases).toEqual({ production: 1 });
  expect(model?.versions).toHaveLength(3);
  expect(model?.moves.map(({ version, rollBack }) => [version, rollBack?.by ?? null])).toEqual([
    [1, null],
    [2, null],
    [3, null],
    [2, 'ada'],
    [1, 'bob'],
  ]);
  expect(model?.withdrawn).toMatchObject([
    { version: 3, reason: 'worse on Mondays', by: 'ada' },
    { version: 2, reason: 'still', by: 'bob' },
  ]);
});

it('goes on from where it went back to: the withdrawn version is not what came before', async () => {
  for (const run of ['a', 'b']) await promote(run);
  await rollBack();
  await promote('c');
  expect(await rollBack()).toEqual({ from: 3, to: 1 });
});

it('goes back to the version that is asked for, if the alias named it', async () => {
  for (const run of ['a', 'b', 'c']) await promote(run);
  await promote('d', 'canary');
  await expect(rollBack({ to: 4 })).rejects.toMatchObject({
    code: 'ROLL_BACK_REFUSED',
    message: 'digits version 3 stays production: version 4 was not production before it',
    remedy: 'it can go back to version 1, 2',
  });
  await expect(rollBack({ to: 3 })).rejects.toMatchObject({ code: 'ROLL_BACK_REFUSED' });
  expect(await rollBack({ to: 1 })).toEqual({ from: 3, to: 1 });
  expect((await digits())?.aliases).toEqual({ production: 1, canary: 4 });
  expect((await digits())?.withdrawn.map(({ version }) => version)).toEqual([2, 3]);
});

it('is refused where nothing came before, and where there is no such alias or model', async () => {
  await promote('a');
  await expect(rollBack()).rejects.toMatchObject({ code: 'ROLL_BACK_REFUSED' });
  await expect(rollBack({ alias: 'canary' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await expect(rollBack({ name: 'cats' })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect((await digits())?.moves).toHaveLength(1);
});

it('rolls back once for a step of a run, however often it is tried', async () => {
  for (const run of ['a', 'b', 'c']) await promote(run);
  const origin = { run: 'r', step: 'gate' };
  const first = await rollBack({ origin, from: 3 });
  expect(await rollBack({ origin, from: 3 })).toEqual(first);
  expect((await digits())?.aliases).toEqual({ production: 2 });
});

it('leaves an alias that has been given another version than the one that was judged', async () => {
  for (const run of ['a', 'b']) await promote(run);
  await expect(rollBack({ from: 1 })).rejects.toMatchObject({
    code: 'ROLL_BACK_REFUSED',
    details: { current: 2 },
  });
  expect((await digits())?.aliases).toEqual({ production: 2 });
});

it('keeps back no version whose model is what the alias went back to', async () => {
  await promote('a');
  await promote('b');
  await promote('aa'); // the model of the first
  expect(await rollBack({ to: 1 })).toEqual({ from: 3, to: 1 });
  expect((await digits())?.withdrawn.map(({ version }) => version)).toEqual([2]);
});
