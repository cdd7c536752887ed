/** Feature-level fusion: a head that is trained on the last features of all members. */
import type { ArtifactRef } from '../../artifacts/artifact.ts';
import { decodeDataset } from '../../data/decode-dataset.ts';
import type { Json } from '../../json.ts';
import { loadBackend } from '../../ml/backend.ts';
import { type JoinedArchitecture, joinFeatures } from '../../ml/fusion/join-features.ts';
import type { Architecture, NetworkManifest } from '../../ml/model.ts';
import { buildNetwork, type Network, restoreNetwork } from '../../ml/network.ts';
import { TrainingStages } from '../../ml/training/training-stages.ts';
import { transferWeights } from '../../ml/transfer/transfer-weights.ts';
import { trainDurably } from '../durable-training.ts';
import { openTraining } from '../load-training.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import type { Member } from './measure-members.ts';
import { ownTraining } from './own-training.ts';
import { requireNetworks } from './require-networks.ts';

export interface JoinedModel {
  readonly architecture: Architecture;
  readonly weights: ArtifactRef;
}

/**
 * @throws PipelineError `MODEL_INVALID` for a member that is a fusion; `SPEC_MISSING_KEY` without
 * `training`; as `joinFeatures` and training.
 */
export async function trainJoined(
  input: FuseStep['with'],
  members: readonly Member[],
  context: StepContext,
): Promise<JoinedModel> {
  const networks = requireNetworks(members, 'features');
  const { head = { hidden: [], dropout: 0 }, seed = 0 } = input;
  const settings = ownTraining(input);
  const joined = joinFeatures({ members: networks.map((one) => one.architecture), head, seed });
  const { architecture } = joined;
  const { store } = context;
  const manifest = decodeDataset(await store.getJson<Json>(input.dataset));
  const loaded = await openTraining({ settings, architecture, manifest, store });
  const network = buildNetwork(architecture);
  const frozen = new Set(Array.from({ length: joined.below }, (_, layer) => layer));
  const stages = new TrainingStages(
    network,
    [{ epochs: settings.epochs, frozen, rateScale: 1 }],
    [],
  );
  try {
    await takeWeights(network, { joined, networks, context });
    const { fingerprint } = await loadBackend();
    const identity = { members: members.map(({ ref }) => ref.sha256), head, fingerprint };
    const { weights } = await trainDurably({
      settings,
      loaded,
      network,
      stages,
      context,
      identity,
    });
    return { architecture, weights };
  } finally {
    stages.dispose();
    network.dispose();
    await loaded.close();
  }
}

interface Taking {
  readonly joined: JoinedArchitecture;
  readonly networks: readonly NetworkManifest[];
  readonly context: StepContext;
}

async function takeWeights(to: Network, { joined, networks, context }: Taking): Promise<void> {
  let start = 0;
  for (const [index, { architecture, weights }] of networks.entries()) {
    const from = restoreNetwork(architecture, await context.store.get(weights));
    try {
      start = transferWeights({ from, to, kept: joined.kept[index] as readonly number[], start });
    } finally {
      from.dispose();
    }
  }
}
