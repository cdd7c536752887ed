/** The file that the compute pool forks: runs one heavy step, comparison or batch at a time. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { serveJobs, type JobContext } from '../compute/child.ts';
import type { Json } from '../json.ts';
import type { KeptClassifiers } from '../ml/kept-classifiers.ts';
import {
  decodePredictJob,
  packFloats,
  unpackFloats,
  type PredictJob,
} from '../predict/predict-job.ts';
import { setOwnKinds } from '../spec/step-schemas.ts';
import { computesTensors } from './cache/cacheable-kinds.ts';
import type { DriftJob } from './drift-job.ts';
import type { BackendQuestion, HeavyJob, HeavyResult } from './heavy-job.ts';
import { openSecrets } from './secrets/attempt-secrets.ts';
import type { LocalStepContext } from './step-runner.ts';
import { entryOf, stepEntry } from './steps.ts';

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
  const { input, attempt, ownStep, config, stateFolder, dataRoot, scratch } = job;
  // As the worker knows it, whatever the file says by now.
  if (ownStep) setOwnKinds([ownStep]);
  const step = await entryOf(input.kind, new Map(ownStep && [[input.kind, ownStep]])).load();
  const secrets = await openSecrets(input, { project: job.project, allowed: config.secrets });
  const stepContext: LocalStepContext = secrets.guard({
    run: input.run,
    stepId: input.step,
    attempt,
    store: await storeAt(job.storeFolder),
    stateFolder,
    project: job.project,
    config,
    dataRoot,
    scratch,
    signal: context.signal,
    heartbeat: (details) => context.heartbeat(details),
    log: (level, message, fields) => context.log(level, message, fields),
  });
  try {
    const outputs: unknown = await step.run(secrets.fill(), stepContext);
    secrets.checkOutputs(outputs as Json);
    const result: HeavyResult = {
      outputs: outputs as Json,
      backend: computesTensors(input.kind) ? await fingerprint() : null,
    };
    return { ...result };
  } catch (error) {
    throw secrets.redactor.error(error);
  }
}

async function compareData(job: DriftJob, { signal }: JobContext): Promise<Json> {
  const { compareWithTraining } = await import('./compare-with-training.ts');
  const store = await storeAt(job.storeFolder);
  return (await compareWithTraining(job, { store, signal })) as unknown as Json;
}

let kept: Promise<KeptClassifiers> | null = null;

async function predict(payload: Json): Promise<Json> {
  const { storeFolder, model, rows, x } = decodePredictJob(payload);
  kept ??= import('../ml/kept-classifiers.ts').then((found) => new found.KeptClassifiers());
  const classifier = await (await kept).take(await storeAt(storeFolder), model);
  return packFloats(await classifier.predict(unpackFloats(x), rows));
}

serveJobs({
  run(payload, context) {
    const job = payload as unknown as HeavyJob | DriftJob | PredictJob | BackendQuestion;
    switch (job.type) {
      case 'backend':
        return fingerprint();
      case 'drift':
        return compareData(job, context);
      case 'predict':
        return predict(payload);
      case 'step':
        return runStep(job, context);
    }
  },
  async warm() {
    await Promise.all(SLOW_TO_LOAD.map((kind) => stepEntry(kind).load()));
  },
});
