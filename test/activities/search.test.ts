/** The search on real trainings in real compute processes. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SearchStep, TrainStep } from '../../src/activities/step-types.ts';
import { createStepRunner, type RunStep } from '../../src/activities/step-runner.ts';
import { StepCache } from '../../src/activities/cache/step-cache.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder, scratchFolder } from '../../src/artifacts/state-folder.ts';
import { ComputePool } from '../../src/compute/pool.ts';
import type { JsonObject } from '../../src/json.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import { transpileSource } from '../compute/transpiled-source.ts';
import { noisyRows, storeDataset } from './small-problem.ts';

let code: string;
let pool: ComputePool;
let state: string;
let store: ArtifactStore;
let runStep: RunStep;
let dataset: JsonObject;
/** Names of the jobs that compute processes were given. */
let jobs: string[];

beforeAll(async () => {
  code = await transpileSource();
  const entry = path.join(code, 'src/activities/compute-child.js');
  pool = new ComputePool({ entry, concurrency: 2 });
});
afterAll(async () => {
  await pool.close();
  await rm(code, { recursive: true, force: true });
});
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-search-'));
  store = await openFolderStore(artifactsFolder(state));
  jobs = [];
  runStep = runnerOn(pool);
  const part = (rows: number, seed: number) => noisyRows(rows, 4, seed, 0.02);
  const parts = { train: part(200, 1), validation: part(100, 2), test: part(100, 3) };
  dataset = { ...(await storeDataset(store as never, { inputShape: [4], ...parts })) };
});
afterEach(() => rm(state, { recursive: true, force: true }));

/** @param before  runs before each job; what it throws is the job's error. */
function runnerOn(real: ComputePool, before: (name: string) => void = () => undefined): RunStep {
  const noting = {
    run: (job: Parameters<ComputePool['run']>[0], hooks: Parameters<ComputePool['run']>[1]) => {
      const { kind } = (job.payload as { input: { kind: string } }).input;
      before(kind);
      jobs.push(kind);
      return real.run(job, hooks);
    },
  };
  return createStepRunner({
    stateFolder: state,
    dataRoot: state,
    pool: noting as unknown as ComputePool,
    store,
  });
}

const RUN = { id: 'run-1', pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };

const search = (input: JsonObject, attempt = 1): Promise<SearchStep['outputs']> =>
  perform('search', { dataset, ...input }, attempt) as Promise<never>;

const perform = (kind: string, input: JsonObject, attempt = 1): Promise<JsonObject> =>
  runStep(
    { run: RUN, step: kind, kind, with: input },
    { attempt, signal: new AbortController().signal, heartbeat: () => undefined },
  );

interface Trials {
  readonly trials: readonly {
    readonly settings: JsonObject;
    readonly parameters: number | null;
    readonly refused: { readonly code: string; readonly message: string } | null;
    readonly rounds: readonly { readonly epochs: number; readonly scores: readonly number[] }[];
  }[];
}
const trialsOf = async (outputs: SearchStep['outputs']): Promise<Trials['trials']> =>
  (await store.getJson<Trials>(outputs.trials)).trials;

const SMALL: JsonObject = {
  architect: { family: 'mlp', hidden: [] },
  train: { epochs: 4, optimizer: { type: 'sgd' } },
};

it('gives the candidate with the best validation, as `train` alone makes it', async () => {
  const outputs = await search({
    ...SMALL,
    method: 'grid',
    // With the first rate nothing is learned.
    space: { 'train.optimizer.learningRate': [0.00001, 0.5], 'architect.hidden': [[], [8]] },
    seeds: [3, 4],
  });
  const trials = await trialsOf(outputs);
  const means = trials.map(({ rounds }) => (rounds[0]!.scores[0]! + rounds[0]!.scores[1]!) / 2);
  expect(outputs.score).toBe(Math.max(...means));
  expect(outputs).toMatchObject({ candidates: 4, trainings: 8 });
  expect(outputs.settings['train.optimizer.learningRate']).toBe(0.5);
  // The same, trained by hand.
  const hidden = outputs.settings['architect.hidden'] as number[];
  const net = await perform('architect', { dataset, family: 'mlp', hidden, seed: 3 });
  const trained = (await perform('train', {
    ...{ dataset, architecture: net['architecture']!, epochs: 4, seed: 3 },
    optimizer: { type: 'sgd', learningRate: 0.5 },
  })) as unknown as TrainStep['outputs'];
  expect(outputs.weights.sha256).toBe(trained.weights.sha256);
  expect(outputs.architecture.sha256).toBe((net['architecture'] as { sha256: string }).sha256);
  expect(outputs.metrics).toEqual(trained.metrics);
}, 120_000);

it('does not depend on how many are trained at once', async () => {
  const space = { 'train.optimizer.learningRate': { between: [0.001, 1], scale: 'log' } };
  const given = { ...SMALL, space, budget: { trials: 4 }, seed: 8 };
  const one = await search({ ...given, concurrency: 1 });
  await rm(scratchFolder(state, RUN.id, 'search'), { recursive: true });
  const two = await search({ ...given, concurrency: 2 });
  expect(two.weights.sha256).toBe(one.weights.sha256);
  expect(await trialsOf(two)).toEqual(await trialsOf(one));
}, 120_000);

it('after a lost process repeats no training that had ended', async () => {
  const space = { 'train.optimizer.learningRate': [0.001, 0.01, 0.1, 1] };
  const given = { ...SMALL, space, concurrency: 1 };
  let trainings = 0;
  runStep = runnerOn(pool, (kind) => {
    if (kind !== 'train') return;
    trainings += 1;
    if (trainings === 3) {
      throw Object.assign(new Error('lost'), { name: 'PipelineError', code: 'COMPUTE_CRASHED' });
    }
  });
  await expect(search(given)).rejects.toMatchObject({ code: 'COMPUTE_CRASHED' });
  expect(jobs.filter((kind) => kind === 'train')).toHaveLength(2);
  runStep = runnerOn(pool);
  jobs = [];
  const outputs = await search(given, 2);
  expect(jobs.filter((kind) => kind === 'train')).toHaveLength(2);
  expect(outputs).toMatchObject({ candidates: 4, trainings: 4 });
  // Their checkpoints are gone, their results stay.
  const kept = await readdir(path.join(scratchFolder(state, RUN.id, 'search'), 'trials'));
  expect(kept.filter((name) => !name.endsWith('.json'))).toEqual([]);
}, 120_000);

it('trains fewer candidates longer by successive halving', async () => {
  const outputs = await search({
    ...SMALL,
    method: 'successive-halving',
    halving: { epochs: 1, factor: 2 },
    space: { 'train.optimizer.learningRate': [0.00001, 0.0001, 0.1, 0.5] },
    objective: 'validationLoss',
  });
  const trials = await trialsOf(outputs);
  const epochs = trials.map(({ rounds }) => rounds.map((round) => round.epochs));
  expect(epochs).toEqual([[1], [1], expect.any(Array), expect.any(Array)]);
  expect(epochs.flat().sort()).toEqual([1, 1, 1, 1, 2, 2, 4]);
  expect(outputs.epochs).toBe(4);
  const last = trials.flatMap(({ rounds }) => rounds.filter((round) => round.epochs === 4));
  expect(last.map(({ scores }) => scores[0])).toEqual([outputs.score]);
  expect(outputs.score).toBe(outputs.metrics.validationLoss);
}, 120_000);

it('passes over candidates that diverge, are refused or too large, and says so', async () => {
  const outputs = await search({
    ...SMALL,
    architect: { family: 'mlp' },
    method: 'grid',
    space: { 'architect.hidden': [[], [500]], 'train.optimizer.learningRate': [0.1, 1e38] },
    budget: { trials: 4, parameters: 100 },
  });
  const trials = await trialsOf(outputs);
  expect(trials.map(({ refused }) => refused?.code ?? null)).toEqual([
    null,
    'TRAINING_DIVERGED',
    'ARCHITECTURE_INVALID',
    'ARCHITECTURE_INVALID',
  ]);
  // 4·500 + 500 + 500·2 + 2.
  expect(trials[2]).toMatchObject({ parameters: 3502 });
  expect(trials[2]?.refused?.message).toContain('3502 parameters, more than the 100');
  expect(outputs).toMatchObject({ parameters: 10, trainings: 1 });
}, 120_000);

it('fails where no candidate can be trained, with the reasons', async () => {
  const given = { ...SMALL, space: { 'train.optimizer.learningRate': [1e38] } };
  await expect(search(given)).rejects.toMatchObject({
    code: 'TRAINING_DIVERGED',
    message: expect.stringContaining('None of 1 candidates could be trained') as string,
  });
}, 120_000);

it.each<[string, JsonObject, string]>([
  ['a setting that is not for candidates', { train: { epochs: 1, seed: 3 } }, 'SPEC_INVALID'],
  ['no epochs', { train: {} }, 'SPEC_MISSING_KEY'],
  [
    'a range that runs backwards',
    { space: { 'train.batchSize': { between: [3, 1] } } },
    'SPEC_INVALID',
  ],
  [
    'a grid of a range',
    { method: 'grid', space: { 'train.batchSize': { between: [1, 3] } } },
    'SPEC_INVALID',
  ],
])('refuses %s that an expression came to', async (_, changes, expected) => {
  const given = { ...SMALL, space: { 'train.batchSize': [8] }, ...changes };
  await expect(search(given)).rejects.toMatchObject({ code: expected });
  expect(jobs).toEqual([]);
});

it('refuses data without a validation part', async () => {
  const train = noisyRows(20, 4);
  const bare = { ...(await storeDataset(store as never, { inputShape: [4], train })) };
  const given = { ...SMALL, dataset: bare, space: { 'train.batchSize': [8] } };
  await expect(search(given)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
});

it('is kept by the cache with the backend that its trainings ran on', async () => {
  const { fingerprint } = await loadBackend();
  const cache = new StepCache({
    ...{ stateFolder: state, dataRoot: state, store },
    askBackend: () => Promise.resolve(fingerprint),
  });
  const runner = createStepRunner({ stateFolder: state, dataRoot: state, pool, store, cache });
  const ask = (runId: string, concurrency: number) =>
    runner(
      {
        ...{ run: { ...RUN, id: runId }, step: 's', kind: 'search', wantsReceipt: true },
        with: { dataset, ...SMALL, space: { 'train.batchSize': [8] }, concurrency },
      },
      { attempt: 1, signal: new AbortController().signal, heartbeat: () => undefined },
    );
  expect(await ask('first', 1)).toMatchObject({ cached: null });
  expect(await ask('second', 2)).toMatchObject({ cached: { run: 'first' } });
}, 120_000);
