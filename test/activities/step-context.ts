/** A step's surroundings for tests: a real store and scratch folder in a temporary place. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StepContext } from '../../src/activities/step.ts';
import type { ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

export interface TestPlace {
  readonly folder: string;
  readonly store: ArtifactStore;
  readonly logs: string[];
  context(changes?: Partial<StepContext>): StepContext;
  remove(): Promise<void>;
}

export async function makeTestPlace(): Promise<TestPlace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'modelwright-step-'));
  const store = await openFolderStore(path.join(folder, 'store'));
  const logs: string[] = [];
  return {
    folder,
    store,
    logs,
    context: (changes = {}) => ({
      run: { id: 'run-1', pipeline: 'test', planDigest: '0'.repeat(64), submittedBy: 'ann' },
      stepId: 'step',
      attempt: 1,
      store,
      dataRoot: ROOT,
      scratch: path.join(folder, 'scratch'),
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      log: (level, message) => logs.push(`${level} ${message}`),
      ...changes,
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
