/** The step `train`: an architecture and data to a model, whatever crashes on the way. */
import { MEDIA_TYPE } from '../artifacts/artifact.ts';
import { loadBackend, type Backend } from '../ml/backend.ts';
import { buildNetwork, restoreNetwork } from '../ml/network.ts';
import { trainDurably } from './durable-training.ts';
import { type LoadedInput, loadTraining } from './load-training.ts';
import { networkManifest } from './network-manifest.ts';
import type { TrainStep } from './step-types.ts';
import type { Step, StepContext } from './step.ts';
import { validateWriting } from './validate-writing.ts';
import { findWarmStart } from './warm-start.ts';

type Input = TrainStep['with'];

export const trainStep: Step<Input, TrainStep['outputs']> = {
  kind: 'train',

  async run(input, context) {
    const backend = await loadBackend();
    if (backend.warning) context.log('warn', backend.warning);
    const loaded = await loadTraining(input, context.store);
    try {
      return await trainOn(loaded, { input, context, backend });
    } finally {
      await loaded.close();
    }
  },
};

interface JobContext {
  readonly input: Input;
  readonly context: StepContext;
  readonly backend: Backend;
}

async function trainOn(
  loaded: LoadedInput,
  { input, context, backend }: JobContext,
): Promise<TrainStep['outputs']> {
  const { store } = context;
  const { architecture, warmStart, ...settings } = input;
  const start = await findWarmStart(warmStart, loaded, context);
  const network = start
    ? restoreNetwork(loaded.architecture, await store.get(start.weights))
    : buildNetwork(loaded.architecture);
  try {
    const identity = {
      architecture: architecture.sha256,
      fingerprint: backend.fingerprint,
      ...(start && { start: start.weights.sha256 }),
    };
    const trained = await trainDurably({ settings, loaded, network, context, identity });
    const model = networkManifest(trained.weights, {
      ...{ dataset: input.dataset, backend, loaded },
      startedFrom: start?.model,
    });
    const isText = loaded.manifest.labelShape !== undefined;
    const metrics = {
      ...trained.metrics,
      ...(isText && { validationExactMatch: await validateWriting(network, loaded, context) }),
    };
    return {
      model: await store.putJson(model, MEDIA_TYPE.model),
      ...trained,
      metrics,
      startedFrom: start?.version ?? null,
    };
  } finally {
    network.dispose();
  }
}
