/** The file that the compute pool forks: runs one heavy step, or one comparison, at a time. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { serveJobs, type JobContext } from '../compute/child.ts';
import type { Json } from '../json.ts';
import { computesTensors } from './cache/cacheable-kinds.ts';
import type { DriftJob } from './drift-job.ts';
import type { BackendQuestion, HeavyJob, HeavyResult } from './heavy-job.ts';
import type { LocalStepContext } from './step-runner.ts';
import { stepEntry } from './steps.ts';

/** Kinds whose modules bring TensorFlow with them, which takes most of a child's start. */
const SLOW_TO_LOAD = ['train', 'predict'];

const stores = new Map<string, Promise<ArtifactStore>>();

function storeAt(folder: string): Promise<ArtifactStore> {
  const store = stores.get(folder) ?? openFolderStore(folder);
  stores.set(folder, store);
  // A store that could not be opened may be there for the next attempt.
  store.catch(() => stores.delete(folder));
  return store;
}

/** Loaded when asked for: most of a child's start is TensorFlow. */
async function fingerprint(): Promise<string> {
  const { loadBackend } = await import('../ml/backend.ts');
  return (await loadBackend()).fingerprint;
}

async function runStep(job: HeavyJob, context: JobContext): Promise<Json> {
  const { input, attempt, storeFolder, stateFolder, dataRoot, scratch } = job;
  const step = await stepEntry(input.kind).load();
  const stepContext: LocalStepContext = {
    run: input.run,
    stepId: input.step,
    attempt,
    store: await storeAt(storeFolder),
    stateFolder,
    dataRoot,
    scratch,
    signal: context.signal,
    heartbeat: (details) => context.heartbeat(details),
    log: (level, message, fields) => context.log(level, message, fields),
  };
  const outputs: unknown = await step.run(input.with, stepContext);
  const result: HeavyResult = {
    outputs: outputs as Json,
    backend: computesTensors(input.kind) ? await fingerprint() : null,
  };
  return { ...result };
}

async function compareData(job: DriftJob, { signal }: JobContext): Promise<Json> {
  const { compareWithTraining } = await import('./compare-with-training.ts');
  const store = await storeAt(job.storeFolder);
  return (await compareWithTraining(job, { store, signal })) as unknown as Json;
}

serveJobs({
  run(payload, context) {
    const job = payload as unknown as HeavyJob | DriftJob | BackendQuestion;
    switch (job.type) {
      case 'backend':
        return fingerprint();
      case 'drift':
        return compareData(job, context);
      case 'step':
        return runStep(job, context);
    }
  },
  async warm() {
    await Promise.all(SLOW_TO_LOAD.map((kind) => stepEntry(kind).load()));
  },
});
