import { fork } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { artifactRef } from '../../src/artifacts/artifact-uri.ts';
import { openModelRegistry, type Promotion } from '../../src/registry/model-registry.ts';
import { ROOT, transpile } from '../compute/transpile.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-models-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

function promotion(run: string, change: Partial<Promotion> = {}): Promotion {
  return {
    name: 'digits',
    alias: 'production',
    model: artifactRef('a'.repeat(64), 10, 'application/json'),
    run: { id: run, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' },
    step: 'promote',
    metrics: { accuracy: 0.99 },
    auditStatus: 'pass',
    reviewVerdict: null,
    ...change,
  };
}

it('numbers versions from 1 and tells what the alias named before', async () => {
  const registry = openModelRegistry(state);
  expect(await registry.promote(promotion('r1'))).toEqual({ version: 1, previousVersion: null });
  expect(await registry.promote(promotion('r2'))).toEqual({ version: 2, previousVersion: 1 });
  expect(await registry.promote(promotion('r3', { alias: 'canary' }))).toEqual({
    version: 3,
    previousVersion: null,
  });
  const [model] = await registry.listModels();
  expect(model).toMatchObject({ name: 'digits', aliases: { production: 2, canary: 3 } });
  expect(model?.versions.map(({ version, run }) => [version, run.id])).toEqual([
    [1, 'r1'],
    [2, 'r2'],
    [3, 'r3'],
  ]);
});

it('finds a model by version, by number as text, and by alias', async () => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  await registry.promote(promotion('r2'));
  expect((await registry.getModel('digits', 1)).run.id).toBe('r1');
  expect((await registry.getModel('digits', '1')).run.id).toBe('r1');
  expect(await registry.getModel('digits', 'production')).toMatchObject({
    version: 2,
    metrics: { accuracy: 0.99 },
    auditStatus: 'pass',
  });
});

it.each([
  ['digits', 7],
  ['digits', 'canary'],
  ['digits', '0'],
  ['digits', 'constructor'],
  ['cats', 1],
  ['../digits', 1],
])('has no model %j version %j, and says what there is', async (name, version) => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  await expect(registry.getModel(name, version)).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    remedy: expect.stringMatching(/digits|production/),
  });
});

it('lists nothing where nothing was promoted', async () => {
  expect(await openModelRegistry(state).listModels()).toEqual([]);
});

it.each(['../up', 'Upper', '', '-x', 'a/b'])('refuses the name %j', async (name) => {
  const registry = openModelRegistry(state);
  await expect(registry.promote(promotion('r', { name }))).rejects.toMatchObject({
    code: 'SPEC_INVALID',
  });
  await expect(registry.promote(promotion('r', { alias: name }))).rejects.toMatchObject({
    code: 'SPEC_INVALID',
  });
  expect(await readdir(state)).toEqual([]);
});

it('returns the same when called again, and leaves an alias that has moved on', async () => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  const second = await registry.promote(promotion('r2'));
  await registry.promote(promotion('r3'));
  expect(await registry.promote(promotion('r2'))).toEqual(second);
  const [model] = await registry.listModels();
  expect(model?.versions).toHaveLength(3);
  expect(model?.aliases).toEqual({ production: 3 });
});

it('finishes the move of the alias after a crash between version and alias', async () => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  await registry.promote(promotion('r2'));
  await unlink(path.join(state, 'models/digits/aliases/2.json'));
  expect((await registry.listModels())[0]?.aliases).toEqual({ production: 1 });
  expect(await registry.promote(promotion('r2'))).toEqual({ version: 2, previousVersion: 1 });
  expect((await registry.listModels())[0]?.aliases).toEqual({ production: 2 });
});

it('is not disturbed by what a crashed writer left', async () => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  const versions = path.join(state, 'models/digits/versions');
  await writeFile(path.join(versions, `.2.json.99-${'0'.repeat(16)}.tmp`), '{"torn');
  expect((await registry.promote(promotion('r2'))).version).toBe(2);
});

it('names a damaged entry instead of numbering over it', async () => {
  const registry = openModelRegistry(state);
  await registry.promote(promotion('r1'));
  await writeFile(path.join(state, 'models/digits/versions/1.json'), '{"model":');
  await expect(registry.promote(promotion('r2'))).rejects.toMatchObject({
    code: 'ARTIFACT_CORRUPT',
    message: expect.stringContaining('1.json'),
  });
});

it('gives 8 processes that promote at once 40 versions without gap or clash', async () => {
  const source = await mkdtemp(path.join(tmpdir(), 'modelwright-promoters-'));
  try {
    await transpile(
      [
        'src/errors.ts',
        'src/json.ts',
        'src/artifacts/atomic-file.ts',
        'src/artifacts/artifact-uri.ts',
        'src/artifacts/file-system.ts',
        'src/artifacts/state-folder.ts',
        'src/registry/alias-history.ts',
        'src/registry/model-registry.ts',
        'src/registry/numbered-log.ts',
      ],
      source,
    );
    await cp(path.join(ROOT, 'test/registry/promoter.mjs'), path.join(source, 'promoter.mjs'));
    // Two processes share each run: a zombie attempt and the one that took over from it.
    const codes = await Promise.all(
      Array.from({ length: 8 }, (_, i) => runPromoter(source, `p${i % 4}`)),
    );
    expect(codes).toEqual(Array(8).fill(0));
  } finally {
    await rm(source, { recursive: true, force: true });
  }
  const [model] = await openModelRegistry(state).listModels();
  expect(model?.versions.map(({ version }) => version)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  expect(new Set(model?.versions.map(({ run }) => run.id)).size).toBe(40);
  const names = await readdir(path.join(state, 'models/digits/aliases'));
  expect(names.map((name) => parseInt(name, 10)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
});

function runPromoter(source: string, prefix: string): Promise<number | null> {
  const child = fork(path.join(source, 'promoter.mjs'), [state, prefix, '10'], { execArgv: [] });
  return new Promise((resolve) => child.on('exit', resolve));
}
