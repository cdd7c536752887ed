import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promoteStep } from '../../src/activities/promote.ts';
import type { StepContext } from '../../src/activities/step.ts';
import type { PromoteStep } from '../../src/activities/step-types.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { artifactsFolder } from '../../src/artifacts/state-folder.ts';
import type { ModelManifest } from '../../src/ml/model.ts';
import { openModelRegistry } from '../../src/registry/model-registry.ts';
import { storeFusion, storeNetwork } from './stored-models.ts';

let state: string;
let store: ArtifactStore;
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'modelwright-promote-'));
  store = await openFolderStore(artifactsFolder(state));
});
afterEach(() => rm(state, { recursive: true, force: true }));

async function promote(input: Partial<PromoteStep['with']> = {}, runId = 'r1') {
  const model = input.model ?? (await storeNetwork(store, 1));
  const context = {
    run: { id: runId, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' },
    stepId: 'promote',
    store,
    stateFolder: state,
    log: () => undefined,
  } as unknown as StepContext;
  const usual = { name: 'm', alias: 'production', afterRollBack: 'keep' } as const;
  return promoteStep.run({ ...usual, ...input, model }, context);
}

it('registers the model with its figures, and again as the next version', async () => {
  const input = { metrics: { accuracy: 0.97 }, auditStatus: 'flag', reviewVerdict: 'approved' };
  expect(await promote(input as Partial<PromoteStep['with']>)).toEqual({
    name: 'm',
    version: 1,
    alias: 'production',
    previousVersion: null,
    promoted: true,
    reason: 'm version 1 is now production',
  });
  expect(await promote({}, 'r2')).toMatchObject({ version: 2, previousVersion: 1 });
  expect(await openModelRegistry(state).getModel('m', 1)).toMatchObject({
    metrics: { accuracy: 0.97 },
    auditStatus: 'flag',
    reviewVerdict: 'approved',
    run: { id: 'r1' },
  });
});

it.each([
  [{ auditStatus: 'fail' }, 'AUDIT_FAILED'],
  [{ reviewVerdict: 'rejected' }, 'REVIEW_REJECTED'],
] as const)('refuses %j, and registers nothing', async (input, code) => {
  await expect(promote(input)).rejects.toMatchObject({ code });
  expect(await openModelRegistry(state).listModels()).toEqual([]);
});

it('refuses a fusion of which a member has lost its weights', async () => {
  const member = await storeNetwork(store, 2);
  const fusion = await storeFusion(store, [await storeNetwork(store, 1), member]);
  expect(await promote({ model: fusion })).toMatchObject({ version: 1 });
  const { weights } = await store.getJson<Extract<ModelManifest, { type: 'network' }>>(member);
  await rm(path.join(artifactsFolder(state), 'sha256', weights.sha256.slice(0, 2), weights.sha256));
  await expect(promote({ model: fusion }, 'r2')).rejects.toMatchObject({
    code: 'ARTIFACT_NOT_FOUND',
  });
  expect((await openModelRegistry(state).listModels())[0]?.versions).toHaveLength(1);
});

it('refuses what is no model', async () => {
  const model = await store.putJson({ version: 1 }, 'application/json');
  await expect(promote({ model })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

describe('after a comparison', () => {
  type With = Partial<PromoteStep['with']>;
  const versions = async () => (await openModelRegistry(state).listModels())[0]?.versions.length;
  const modelOf = async (seed: number, input: With): Promise<With> => ({
    ...input,
    model: await storeNetwork(store, seed),
  });

  it.each([
    [{ comparison: 'better' }],
    [{ comparison: 'better', reviewVerdict: 'approved' }],
    [{ comparison: 'first' }],
    [{ comparison: 'unsure', reviewVerdict: 'approved' }],
    [{ comparison: 'better', comparedWith: 1 }],
  ] as [With][])('promotes where it is %j', async (input) => {
    await promote();
    expect(await promote(await modelOf(2, input), 'r2')).toMatchObject({
      version: 2,
      previousVersion: 1,
      promoted: true,
    });
    expect(await openModelRegistry(state).getModel('m', 'production')).toMatchObject({
      version: 2,
    });
  });

  it.each([
    [{ comparison: 'worse' }],
    [{ comparison: 'worse', reviewVerdict: 'approved' }],
    [{ comparison: 'same', reviewVerdict: 'approved' }],
    [{ comparison: 'unsure' }],
    [{ comparison: 'unsure', reviewVerdict: 'rejected' }],
    [{ comparison: 'better', reviewVerdict: 'rejected' }],
    [{ comparison: 'first', comparedWith: null }],
  ] as [With][])('keeps what is in production where it is %j', async (input) => {
    await promote();
    expect(await promote(await modelOf(2, input), 'r2')).toMatchObject({
      version: 1,
      previousVersion: 1,
      promoted: false,
    });
    expect(await versions()).toBe(1);
  });

  it('keeps what has come into production since, however good the comparison was', async () => {
    await promote();
    await promote(await modelOf(2, {}), 'r2');
    const late = { comparison: 'unsure', reviewVerdict: 'approved', comparedWith: 1 } as const;
    const outputs = await promote(await modelOf(3, late), 'r3');
    expect(outputs).toMatchObject({ version: 2, promoted: false });
    expect(outputs.reason).toContain('version 1');
  });

  it('gives the same again after a crash, even if the alias has moved on', async () => {
    await promote();
    const input = await modelOf(2, { comparison: 'better', comparedWith: 1 });
    const outputs = await promote(input, 'r2');
    await promote(await modelOf(3, {}), 'r3');
    expect(await promote(input, 'r2')).toEqual(outputs);
    expect(await openModelRegistry(state).getModel('m', 'production')).toMatchObject({
      version: 3,
    });
  });

  it('promotes the first one, and fails where nothing could be kept', async () => {
    await expect(promote({ comparison: 'worse' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
    const rejected = { comparison: 'first', reviewVerdict: 'rejected' } as const;
    await expect(promote(rejected)).rejects.toMatchObject({ code: 'REVIEW_REJECTED' });
    expect(await promote({ comparison: 'first', comparedWith: null })).toMatchObject({
      version: 1,
      previousVersion: null,
      promoted: true,
    });
  });

  it('knows no alias that only every object has', async () => {
    await promote();
    const input = { comparison: 'worse', alias: 'constructor' } as const;
    await expect(promote(input, 'r2')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('is refused by a failed audit all the same', async () => {
    await promote();
    const input = { comparison: 'better', auditStatus: 'fail' } as const;
    await expect(promote(input, 'r2')).rejects.toMatchObject({ code: 'AUDIT_FAILED' });
  });
});

describe('after a roll-back', () => {
  const rollBack = () =>
    openModelRegistry(state).rollBack({
      name: 'm',
      alias: 'production',
      by: 'ada',
      reason: 'complaints',
    });

  it('does not promote the very model again, whatever a kept training gives', async () => {
    const [old, bad] = [await storeNetwork(store, 1), await storeNetwork(store, 2)];
    await promote({ model: old });
    await promote({ model: bad }, 'r2');
    await rollBack();
    for (const comparison of [undefined, 'better'] as const) {
      const input = { model: bad, ...(comparison && { comparison }) };
      expect(await promote(input, 'r3')).toMatchObject({
        version: 1,
        promoted: false,
        reason: expect.stringContaining('version 2, which ada rolled back: complaints'),
      });
    }
    expect((await openModelRegistry(state).listModels())[0]?.versions).toHaveLength(2);
    expect(await promote({ model: await storeNetwork(store, 3) }, 'r4')).toMatchObject({
      version: 3,
      promoted: true,
    });
  });

  it('promotes it again where the pipeline says so, and then no longer keeps it back', async () => {
    const bad = await storeNetwork(store, 2);
    await promote();
    await promote({ model: bad }, 'r2');
    await rollBack();
    expect(await promote({ model: bad, afterRollBack: 'promote' }, 'r3')).toMatchObject({
      version: 3,
      promoted: true,
    });
    expect(await promote({ model: bad }, 'r4')).toMatchObject({ promoted: true });
  });

  it('gives a retried promotion what it had, and leaves the alias where it was put', async () => {
    await promote();
    const second = await promote({ model: await storeNetwork(store, 2) }, 'r2');
    await rollBack();
    expect(await promote({ model: await storeNetwork(store, 2) }, 'r2')).toEqual(second);
    expect((await openModelRegistry(state).listModels())[0]?.aliases).toEqual({ production: 1 });
  });
});
