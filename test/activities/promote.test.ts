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
  return promoteStep.run({ name: 'm', alias: 'production', ...input, model }, context);
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
