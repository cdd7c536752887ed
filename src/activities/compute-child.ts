/** The file that the compute pool forks: runs one heavy step at a time. */
import type { ArtifactStore } from '../artifacts/artifact.ts';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { serveJobs } from '../compute/child.ts';
import type { Json } from '../json.ts';
import type { HeavyJob } from './heavy-job.ts';
import { setOwnKinds } from '../spec/step-schemas.ts';
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

serveJobs({
  async run(payload, context) {
    const job = payload as unknown as HeavyJob;
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
      return outputs as Json;
    } catch (error) {
      throw secrets.redactor.error(error);
    }
  },
  async warm() {
    await Promise.all(SLOW_TO_LOAD.map((kind) => stepEntry(kind).load()));
  },
});
