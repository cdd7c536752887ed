/** One task on the layers that it would share, trained alone. */
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import type { Json } from '../../json.ts';
import type { Architecture } from '../../ml/model.ts';
import { buildNetwork, restoreNetwork } from '../../ml/network.ts';
import { transferWeights } from '../../ml/transfer/transfer-weights.ts';
import { trainDurably } from '../durable-training.ts';
import { networkManifest } from '../network-manifest.ts';
import { type OpenedTask, openTask } from './open-tasks.ts';
import type { TasksJob } from './train-tasks.ts';

/** @param name  of the task. */
export async function trainAlone(
  { input, opened, context, backend }: TasksJob,
  name: string,
): Promise<ArtifactRef> {
  const { store } = context;
  const { tasks, drawn, base } = opened;
  const index = tasks.findIndex((task) => task.name === name);
  const task = tasks[index] as OpenedTask;
  const architecture = drawn.tasks[index]?.architecture as Architecture;
  const loaded = await openTask(task, { architecture, store });
  const network = buildNetwork(architecture);
  try {
    if (base.weights) {
      const from = restoreNetwork(base.architecture, await store.get(base.weights));
      transferWeights({ from, to: network, kept: drawn.kept });
      from.dispose();
    }
    const { settings } = task;
    const identity = {
      alone: architecture as unknown as Json,
      base: base.weights?.sha256 ?? null,
      fingerprint: backend.fingerprint,
    };
    const { weights } = await trainDurably({ settings, loaded, network, context, identity });
    const origin = { dataset: settings.dataset, backend, loaded, startedFrom: input.base };
    return await store.putJson(networkManifest(weights, origin), MEDIA_TYPE.model);
  } finally {
    network.dispose();
    await loaded.close();
  }
}
