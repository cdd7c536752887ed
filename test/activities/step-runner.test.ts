import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRunLog } from '../../src/activities/run-log.ts';
import type { StepInput } from '../../src/activities/step.ts';
import {
  createStepRunner,
  type RunStep,
  type StepHooks,
} from '../../src/activities/step-runner.ts';
import { MEDIA_TYPE, type ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder, runLogFile, scratchFolder } from '../../src/artifacts/state-folder.ts';
import { ComputePool } from '../../src/compute/pool.ts';
import type { DatasetManifest } from '../../src/data/dataset.ts';
import type { JsonObject } from '../../src/json.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import { transpileSource } from '../compute/transpiled-source.ts';
import { EXPLANATIONS, FLAGGED, PREDICTIONS, storeDataset } from './stored-digits.ts';
import { storeNetwork } from './stored-models.ts';
import { storeTable, tableOf } from './trained-model.ts';

let code: string;
let pool: ComputePool;
let state: string;
let store: ArtifactStore;
let runStep: RunStep;

beforeAll(async () => {
  code = await transpileSource();
  pool = new ComputePool({
    entry: path.join(code, 'src/activities/compute-child.js'),
    concurrency: 1,
  });
});
afterAll(async () => {
  await pool.close();
  await rm(code, { recursive: true, force: true });
});
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-state-'));
  store = await openFolderStore(artifactsFolder(state));
  runStep = createStepRunner({ stateFolder: state, dataRoot: state, pool, store });
});
afterEach(() => rm(state, { recursive: true, force: true }));

const RUN = { id: 'run/1', pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };

function run(kind: string, input: JsonObject, hooks: Partial<StepHooks> = {}) {
  const step: StepInput = { run: RUN, step: 's', kind, with: input };
  return runStep(step, {
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    ...hooks,
  });
}

async function writeTable(rows: number): Promise<void> {
  const lines = Array.from({ length: rows }, (_, i) => `${i},${i % 7},${i % 2 ? 'yes' : 'no'}`);
  await writeFile(path.join(state, 'table.csv'), ['a,b,t', ...lines, ''].join('\n'));
}

const TABLE = {
  source: 'table.csv',
  target: 't',
  split: { train: 0.6, validation: 0.2, test: 0.2, seed: 3 },
};

it('runs a heavy step in a child and gives back its outputs, which this process can read', async () => {
  await writeTable(100);
  const outputs = await run('dataset', TABLE);
  expect(outputs).toMatchObject({
    rows: { train: 60, validation: 20, test: 20 },
    classes: ['no', 'yes'],
  });
  const dataset = await store.getJson<DatasetManifest>(outputs['dataset'] as never);
  expect(dataset.source.rows).toBe(100);
  expect(pool.pids).toHaveLength(1);
});

it('brings an error of a child back with code and remedy, and puts it into the log', async () => {
  await expect(run('dataset', { ...TABLE, source: 'absent.csv' })).rejects.toMatchObject({
    name: 'PipelineError',
    code: 'DATA_NOT_FOUND',
  });
  const { lines } = await readRunLog(runLogFile(state, RUN.id));
  expect(lines.at(-1)).toMatchObject({
    step: 's',
    attempt: 1,
    level: 'error',
    fields: { code: 'DATA_NOT_FOUND' },
  });
});

it('refuses a `with` that breaks its schema, and an unknown kind, before anything runs', async () => {
  await expect(run('dataset', { source: 'x' })).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  await expect(run('nonsense', {})).rejects.toMatchObject({ code: 'STEP_KIND_UNKNOWN' });
  expect(await readdir(state)).toEqual(['artifacts']);
});

it('runs a light step in this process, with the state folder', async () => {
  const model = await storeNetwork(store, 1);
  expect(await run('promote', { model: { ...model }, name: 'm' })).toEqual({
    name: 'm',
    version: 1,
    alias: 'production',
    previousVersion: null,
    promoted: true,
    reason: 'm version 1 is now production',
  });
  expect(await openModelRegistry(state).getModel('m', 'production')).toMatchObject({ step: 's' });
  const { lines } = await readRunLog(runLogFile(state, RUN.id));
  expect(lines.at(-1)?.message).toContain('m version 1 is now production');
});

it('gives the opening of a gate unchecked, since the workflow composes the outputs', async () => {
  const put = async (value: unknown, mediaType: string) => ({
    ...(await store.putJson(value, mediaType)),
  });
  const opening = await run('human-review', {
    predictions: await put(PREDICTIONS, MEDIA_TYPE.predictions),
    flagged: await put(FLAGGED, MEDIA_TYPE.rows),
    explanations: await put(EXPLANATIONS, MEDIA_TYPE.explanations),
    dataset: { ...(await storeDataset(store)) },
    timeout: '1d',
    onTimeout: 'fail',
  });
  expect(opening['subjects']).toHaveLength(2);
});

it('refuses outputs over 32 KB, naming the step and the size', async () => {
  await writeTable(100);
  const rows = Array.from({ length: 4000 }, (_, i) => `${i},1,class-number-${i >> 1}`);
  await writeFile(path.join(state, 'table.csv'), ['a,b,t', ...rows, ''].join('\n'));
  const input = { ...TABLE, split: { ...TABLE.split, stratify: false } };
  await expect(run('dataset', input)).rejects.toMatchObject({
    code: 'OUTPUT_TOO_LARGE',
    message: expect.stringMatching(/step "s" \(dataset\) gave \d{5} bytes/),
    remedy: expect.stringContaining('artifact'),
  });
});

it('does not begin a step that is cancelled already', async () => {
  await expect(run('dataset', TABLE, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

it('keeps the files of a run whose id is a path within the state folder', async () => {
  const folder = scratchFolder(state, RUN.id, '../../s');
  expect(path.relative(state, folder)).toMatch(/^scratch\/run-1~\w+\/-s~\w+$/);
  await run('dataset', { ...TABLE, source: 'absent.csv' }).catch(() => undefined);
  const [name] = await readdir(path.join(state, 'runs'));
  expect(await readFile(path.join(state, 'runs', name!, 'log.jsonl'), 'utf8')).toContain('absent');
});

it('compares new data with training data in a child too', async () => {
  const dataset = await storeTable(store, tableOf(500));
  await writeFile(path.join(state, 'new.csv'), tableOf(90, { from: 30 }));
  const job = {
    ...{ type: 'drift', source: 'new.csv', statistic: 'psi', threshold: 0.2, features: 1 },
    storeFolder: artifactsFolder(state),
    dataRoot: state,
    datasets: [{ ...dataset }],
    scratch: path.join(state, 'scratch'),
  };
  const hooks = { signal: new AbortController().signal };
  const found = await pool.run({ name: 'comparison', payload: job }, hooks);
  expect(found).toMatchObject({ verdict: 'drift', rows: 90, strongest: [{ name: 'a' }] });
  const gone = pool.run({ name: 'comparison', payload: { ...job, source: 'gone.csv' } }, hooks);
  await expect(gone).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
});
