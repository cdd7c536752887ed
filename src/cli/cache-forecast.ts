/** The cache as `plan` asks it: without a worker, and without making anything. */
import { existsSync } from 'node:fs';
import { askBackend } from '../activities/cache/ask-backend.ts';
import { forecast, type StepForecast } from '../activities/cache/forecast.ts';
import { StepCache } from '../activities/cache/step-cache.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder, cacheFolder } from '../artifacts/state-folder.ts';
import type { ComputePool } from '../compute/pool.ts';
import type { Plan } from '../plan/plan.ts';
import { seconds } from './terminal.ts';
import type { Scene } from './verb.ts';

/** @returns one for each step, in the plan's order. */
export async function forecastPlan(scene: Scene, plan: Plan): Promise<readonly StepForecast[]> {
  const { stateFolder, project: dataRoot } = scene;
  if (!existsSync(cacheFolder(stateFolder))) return forecast(plan, null);
  let pool: ComputePool | null = null;
  const store = await openFolderStore(artifactsFolder(stateFolder));
  const cache = new StepCache({
    ...{ stateFolder, dataRoot, store },
    // It takes a second or two, so only where the steps before have kept results.
    askBackend: async () => askBackend((pool ??= await startPool())),
  });
  try {
    return await forecast(plan, cache);
  } finally {
    // A property of an object that another function sets is never narrowed to null.
    await (pool as ComputePool | null)?.close();
  }
}

async function startPool(): Promise<ComputePool> {
  const { ComputePool } = await import('../compute/pool.ts');
  const { COMPUTE_ENTRY } = await import('./compute-entry.ts');
  return new ComputePool({ entry: COMPUTE_ENTRY, concurrency: 1 });
}

/** `hit (run X, 2 h 5 min ago)`, or why not. */
export function forecastText(found: StepForecast, nowMs: number): string {
  if (found.cached !== 'hit') return found.reason;
  return `hit (run ${found.madeBy.run}, ${seconds(nowMs - found.madeBy.atMs)} ago)`;
}
