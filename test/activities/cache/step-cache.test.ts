/** Steps with the cache around them: the real runner, store, files and compute process. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ListedEntry } from '../../../src/activities/cache/cache-folder.ts';
import { StepCache } from '../../../src/activities/cache/step-cache.ts';
import type { ArtifactRef } from '../../../src/artifacts/artifact.ts';
import type { DatasetManifest } from '../../../src/data/dataset.ts';
import type { ModelManifest } from '../../../src/ml/model.ts';
import { storeNetwork } from '../stored-models.ts';
import { makeRig, startCompute, TABLE, type CacheRig, type ComputeCode } from './cache-rig.ts';

let compute: ComputeCode;
let rig: CacheRig;

beforeAll(async () => {
  compute = await startCompute();
});
afterAll(() => compute.close());
beforeEach(async () => {
  rig = await makeRig(compute);
  await rig.writeTable(100);
});
afterEach(() => rig.remove());

const entries = (): Promise<ListedEntry[]> => rig.cache.folder.list();

async function onlyEntry(): Promise<ListedEntry> {
  const [entry, ...others] = await entries();
  expect(others).toEqual([]);
  return entry!;
}

async function runChain(runId: string) {
  const data = await rig.run('dataset', TABLE, { runId });
  const dataset = data.outputs['dataset']!;
  const net = await rig.run('architect', { dataset, family: 'mlp', hidden: [4] }, { runId });
  const architecture = net.outputs['architecture']!;
  const trained = { dataset, architecture, epochs: 2, seed: 1 };
  const model = await rig.run('train', trained, { runId });
  const scores = await rig.run('predict', { dataset, model: model.outputs['model']! }, { runId });
  return { data, net, model, scores };
}

it('gives a second run the results of the first, with the same outputs, and says whose they are', async () => {
  const first = await runChain('run-1');
  const second = await runChain('run-2');
  for (const [name, { outputs, cached }] of Object.entries(second)) {
    const made = first[name as keyof typeof first];
    expect(made.cached).toBeNull();
    expect(outputs).toEqual(made.outputs);
    expect(cached).toMatchObject({ run: 'run-1' });
  }
  const log = await rig.log('run-2');
  expect(log).toHaveLength(4);
  expect(log[2]).toMatch(/^info from the cache: made by step "train" of run run-1 at 20/);
});

it('runs a step again whose weights have a flipped bit, and no other', async () => {
  const first = await runChain('run-1');
  await rig.flipBit(first.model.outputs['weights']);
  const second = await runChain('run-2');
  expect(second.data.cached).not.toBeNull();
  expect(second.net.cached).not.toBeNull();
  expect(second.model.cached).toBeNull();
  // Trained anew to the same bits: what follows is found again.
  expect(second.model.outputs['weights']).toEqual(first.model.outputs['weights']);
  expect(second.scores.cached).not.toBeNull();
  expect((await rig.log('run-2')).join('\n')).toMatch(
    /warn passing over the kept result [0-9a-f]{12}: .* changed on disk/,
  );
  expect((await runChain('run-3')).model.cached).toMatchObject({ run: 'run-2' });
});

it('looks into what artifacts refer to: a damaged part of a data set is no hit', async () => {
  const { outputs } = await rig.run('dataset', TABLE);
  const ref = outputs['dataset'] as unknown as ArtifactRef;
  const manifest = await rig.store.getJson<DatasetManifest>(ref);
  await rig.flipBit(manifest.parts.test.y);
  expect((await rig.run('dataset', TABLE)).cached).toBeNull();
  // The step wrote it anew.
  expect((await rig.run('dataset', TABLE)).cached).not.toBeNull();
});

it('does not look for the past of a model, which a retraining may have outlived', async () => {
  const stored = await storeNetwork(rig.store, 1);
  const manifest = await rig.store.getJson<ModelManifest & { type: 'network' }>(stored);
  const gone = { ...stored, sha256: '0'.repeat(64), uri: `artifact://sha256/${'0'.repeat(64)}` };
  const { findBrokenArtifact } = await import('../../../src/activities/cache/verify-artifacts.ts');
  const broken = async (changes: object) => {
    const ref = await rig.store.putJson({ ...manifest, ...changes }, stored.mediaType);
    return findBrokenArtifact({ model: { ...ref } }, rig.store, new Set());
  };
  const { trainedOn } = manifest;
  expect(await broken({ trainedOn: { ...trainedOn, startedFrom: gone } })).toBeNull();
  expect(await broken({ weights: gone })).toContain('no artifact 000');
  expect(await broken({ trainedOn: { ...trainedOn, data: gone } })).toContain('no artifact 000');
});

it('runs a step again whose artifact is gone', async () => {
  const { outputs } = await rig.run('dataset', TABLE);
  await rm(rig.objectFile(outputs['dataset']));
  const again = await rig.run('dataset', TABLE);
  expect(again).toEqual({ outputs, cached: null });
});

it('reads the bytes of the source, not its name or its time', async () => {
  const first = await rig.run('dataset', TABLE);
  await rig.writeTable(100, 1);
  const second = await rig.run('dataset', TABLE, { runId: 'run-2' });
  expect(second.cached).toBeNull();
  expect(second.outputs['fingerprint']).not.toBe(first.outputs['fingerprint']);
  await rig.writeTable(100);
  const third = await rig.run('dataset', TABLE, { runId: 'run-3' });
  expect(third).toMatchObject({ outputs: first.outputs, cached: { run: 'run-1' } });
});

it('reads the source of the commit, and finds the result of the same bytes elsewhere', async () => {
  const first = await rig.run('dataset', TABLE);
  const commit = 'c'.repeat(40);
  const checkout = path.join(rig.state, 'checkouts', commit);
  const { mkdir, copyFile } = await import('node:fs/promises');
  await mkdir(checkout, { recursive: true });
  await copyFile(path.join(rig.state, 'table.csv'), path.join(checkout, 'table.csv'));
  await rig.writeTable(50);
  const run = { id: 'run-2', pipeline: 'q', planDigest: 'e', submittedBy: 'bob', commit };
  const second = await rig.run('dataset', TABLE, { run });
  expect(second).toMatchObject({ outputs: first.outputs, cached: { run: 'run-1' } });
});

it('takes no notice of run, step, attempt and pipeline', async () => {
  await rig.run('dataset', TABLE);
  const run = { id: 'other', pipeline: 'other', planDigest: 'x', submittedBy: 'bob' };
  const found = await rig.run('dataset', TABLE, { run, step: 'other', attemptsBefore: 3 });
  expect(found.cached).toMatchObject({ run: 'run-1', step: 'dataset' });
});

it('neither looks nor keeps with `cache: false`; with `refresh` it runs and keeps anew', async () => {
  expect((await rig.run('dataset', TABLE, { cache: false })).cached).toBeNull();
  expect(await entries()).toEqual([]);
  await rig.run('dataset', TABLE);
  expect((await rig.run('dataset', TABLE, { cache: false })).cached).toBeNull();
  const refreshed = await rig.run('dataset', TABLE, { cache: 'refresh', runId: 'run-2' });
  expect(refreshed.cached).toBeNull();
  expect((await rig.run('dataset', TABLE)).cached).toMatchObject({ run: 'run-2' });
});

it('gives plain outputs where no receipt is wanted, kept or not', async () => {
  const { outputs } = await rig.run('dataset', TABLE);
  const plain = { wantsReceipt: undefined };
  expect(await rig.run('dataset', TABLE, plain)).toEqual(outputs);
  await rig.cache.folder.clear();
  expect(await rig.run('dataset', TABLE, plain)).toEqual(outputs);
});

it.each<[string, (text: string) => string]>([
  ['torn', (text) => text.slice(0, 300)],
  ['empty', () => ''],
  ['no JSON', () => 'null'],
  ['altered in its outputs', (text) => text.replace('"train": 60', '"train": 61')],
  ['of another key', (text) => text.replace('"target": "t"', '"target": "u"')],
  ['of another maker', (text) => text.replace('"run": "run-1"', '"run": "run-9"')],
  ['too large', (text) => text.padEnd(2_000_000)],
])('passes over a file that is %s, with a warning, and mends it', async (_, tamper) => {
  const { outputs } = await rig.run('dataset', TABLE);
  const { file } = await onlyEntry();
  const text = await readFile(file, 'utf8');
  expect(tamper(text)).not.toBe(text);
  await writeFile(file, tamper(text));
  const again = await rig.run('dataset', TABLE, { runId: 'run-2' });
  expect(again).toEqual({ outputs, cached: null });
  expect((await rig.log('run-2'))[0]).toMatch(/^warn passing over the kept result/);
  expect((await rig.run('dataset', TABLE)).cached).toMatchObject({ run: 'run-2' });
});

it('passes over outputs that the schema no longer allows', async () => {
  const { outputs } = await rig.run('dataset', TABLE);
  const { entry } = await onlyEntry();
  if (typeof entry === 'string') throw new Error(entry);
  const { classes: _, ...fewer } = outputs;
  await rig.cache.folder.keep({ ...entry, outputs: fewer });
  expect((await rig.run('dataset', TABLE, { runId: 'run-2' })).cached).toBeNull();
  expect((await rig.log('run-2'))[0]).toContain('`classes` is missing');
});

it('lets two runs at once keep one key: either is whole, and found later', async () => {
  const both = await Promise.all(
    ['run-1', 'run-2'].map((runId) => rig.run('dataset', TABLE, { runId })),
  );
  expect(both.map(({ cached }) => cached)).toEqual([null, null]);
  expect(typeof (await onlyEntry()).entry).toBe('object');
  const third = await rig.run('dataset', TABLE, { runId: 'run-3' });
  expect(third.cached?.run).toMatch(/^run-[12]$/);
  const shard = path.dirname((await onlyEntry()).file);
  expect(await readdir(shard)).toHaveLength(1);
});

it('never keeps a step that does something outside the store', async () => {
  const model = await storeNetwork(rig.store, 1);
  const promote = { model: { ...model }, name: 'm' };
  expect((await rig.run('promote', promote)).outputs['version']).toBe(1);
  const again = await rig.run('promote', promote, { runId: 'run-2' });
  expect(again.cached).toBeNull();
  expect(again.outputs['version']).toBe(2);
  expect(await entries()).toEqual([]);
});

it('keeps nothing of a step that failed', async () => {
  const input = { ...TABLE, target: 'absent' };
  await expect(rig.run('dataset', input)).rejects.toMatchObject({ code: 'DATA_INVALID' });
  await rm(path.join(rig.state, 'table.csv'));
  await expect(rig.run('dataset', TABLE)).rejects.toMatchObject({ code: 'DATA_NOT_FOUND' });
  expect(await entries()).toEqual([]);
});

it('runs the step and says so where the cache cannot be written', async () => {
  await writeFile(path.join(rig.state, 'cache'), 'a file where the folder should be');
  expect((await rig.run('dataset', TABLE)).cached).toBeNull();
  expect((await rig.log('run-1')).join('\n')).toMatch(/warn the cache could not be asked/);
});

describe('a result that was not made by what its key names is not kept', () => {
  const made = async (changes: object = {}) => {
    const run = { id: 'run-1', pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };
    const { outputs } = await rig.run('dataset', TABLE, { cache: false });
    return {
      input: { run, step: 's', kind: 'dataset', with: TABLE },
      outputs,
      backend: null,
      ...changes,
    };
  };
  const prepared = async (cache: StepCache) => {
    const found = await cache.prepare((await made()).input);
    if ('reason' in found) throw new Error(found.reason);
    return found;
  };

  it('where the program was built anew meanwhile', async () => {
    let codeVersions = compute.codeVersions;
    const askBackend = () => Promise.reject(new Error('not asked'));
    const { state: stateFolder, store } = rig;
    const cache = new StepCache({
      ...{ stateFolder, dataRoot: stateFolder, store, askBackend },
      codeVersions: () => codeVersions,
    });
    const key = await prepared(cache);
    expect(await cache.keep(key, await made())).toBeNull();
    codeVersions = { ...codeVersions, dataset: { digest: '0'.repeat(64), packages: [] } };
    expect(await cache.keep(key, await made())).toContain('built anew');
  });

  it('where the source changed while it was read', async () => {
    const key = await prepared(rig.cache);
    await rig.writeTable(100, 5);
    expect(await rig.cache.keep(key, await made())).toContain('source changed');
  });

  it('where another backend computed it', async () => {
    const key = await prepared(rig.cache);
    expect(await rig.cache.keep(key, await made({ backend: 'cpu' }))).toContain('backend');
    expect(await entries()).toEqual([]);
  });
});

it('asks a compute process for the backend that a model says it was trained on', async () => {
  const { model } = await runChain('run-1');
  const ref = model.outputs['model'] as unknown as ArtifactRef;
  const { trainedOn } = await rig.store.getJson<ModelManifest & { type: 'network' }>(ref);
  const kept = (await entries()).flatMap(({ entry }) => (typeof entry === 'string' ? [] : entry));
  const backends = Object.fromEntries(kept.map(({ parts }) => [parts.kind, parts.backend]));
  expect(backends).toEqual({
    dataset: null,
    architect: null,
    train: trainedOn?.backend,
    predict: trainedOn?.backend,
  });
});

it('keeps predictions of a file by its bytes', async () => {
  const { model } = await runChain('run-1');
  const given = { model: model.outputs['model']!, file: TABLE.source };
  const first = await rig.run('predict', given);
  expect(first.cached).toBeNull();
  const second = await rig.run('predict', given, { runId: 'run-2' });
  expect(second.cached).not.toBeNull();
  expect(second.outputs).toEqual(first.outputs);
  await rig.writeTable(90);
  const changed = await rig.run('predict', given, { runId: 'run-3' });
  expect(changed.cached).toBeNull();
  expect(changed.outputs).toMatchObject({ rows: 90 });
});
