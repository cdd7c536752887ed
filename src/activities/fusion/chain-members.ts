/** Chaining: the second member learns from the rows and from what the first says of them. */
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import { type LoadedPart, loadPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import { loadBackend } from '../../ml/backend.ts';
import { drawChain } from '../../ml/fusion/draw-chain.ts';
import type {
  Architecture,
  ChainRule,
  InputContract,
  ModelManifest,
  NetworkManifest,
} from '../../ml/model.ts';
import { keepLayers } from '../../ml/transfer/keep-layers.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import type { Member } from './measure-members.ts';
import { requireNetworks } from './require-networks.ts';
import { Retraining, type TrainedAnew } from './retraining.ts';
import { rowsOfPart } from './rows-of-part.ts';

export interface Chained {
  readonly rule: ChainRule;
  /** The first and the second as the chain has them. */
  readonly members: readonly [ArtifactRef, ArtifactRef];
}

type Input = FuseStep['with'];

/**
 * @throws PipelineError `SPEC_INVALID` for another number of members than two, or an unknown layer; `MODEL_INVALID` where
 * the second is a fusion, or the first is one of which a layer is to be passed; `SPEC_MISSING_KEY`
 * without `training`; as training.
 */
export async function chainMembers(
  input: Input,
  members: readonly Member[],
  context: StepContext,
): Promise<Chained> {
  const [first, second] = requirePair(members);
  const { passLayer: layer, head = { hidden: [], dropout: 0 } } = input;
  const whole = layer === undefined ? [second] : [first, second];
  const networks = requireNetworks(whole, 'chain', members);
  const architecture = networks.at(-1)?.architecture;
  // Said before anything is trained.
  if (layer !== undefined) requireLayer(networks[0] as NetworkManifest, layer);
  const part = await loadPart(context.store, input.dataset, 'train');
  const retraining = new Retraining(input, part.manifest, context);
  const on = { rows: rowsOfPart(part), name: 'first' };
  const { rows, network } = await retraining.lesson({ first: first.ref, layer }, on);
  try {
    const passed = rows.width - on.rows.width;
    const drawn = drawChain({ second: architecture as Architecture, passed, head });
    const last = await retraining.network(drawn, { rows, name: 'second' });
    last.network.dispose();
    const store = (trained: TrainedAnew, contract: InputContract) =>
      storeTrained(trained, { input, part, contract, context });
    const contract = first.manifest.input;
    return {
      rule: { method: 'chain', ...(layer !== undefined && { layer }) },
      members: [
        network ? await store(network, contract) : first.ref,
        await store(last, contractOf(contract, drawn)),
      ],
    };
  } finally {
    network?.network.dispose();
  }
}

function requirePair(members: readonly Member[]): readonly [Member, Member] {
  const [first, second] = members;
  if (first && second && members.length === 2) return [first, second];
  const message = `fuse: a chain has 2 members, and there are ${members.length}`;
  const remedy = 'chain two, and make the chain the first member of another';
  throw new PipelineError('SPEC_INVALID', message, { remedy });
}

function requireLayer({ architecture }: NetworkManifest, layer: string): void {
  keepLayers({ base: architecture, cutAt: layer, key: 'passLayer' });
}

/** What the second reads: values of the row as the data set has them, and what was passed. */
function contractOf(
  first: InputContract,
  { inputShape, inputs = [] }: Architecture,
): InputContract {
  const passed = inputs.at(-1)?.shape[0] ?? 0;
  const names = Array.from({ length: passed }, (_, index) => `passed_${index}`);
  return { ...first, inputShape, inputs, featureNames: [...first.featureNames, ...names] };
}

interface Storing {
  readonly input: Input;
  readonly part: LoadedPart;
  readonly contract: InputContract;
  readonly context: StepContext;
}

async function storeTrained(
  { network, weights }: TrainedAnew,
  { input: { dataset }, contract, context }: Storing,
): Promise<ArtifactRef> {
  const { fingerprint } = await loadBackend();
  const manifest: ModelManifest = {
    version: 1,
    type: 'network',
    input: contract,
    architecture: network.architecture,
    weights,
    trainedOn: { dataset: dataset.sha256, backend: fingerprint, data: dataset },
  };
  return context.store.putJson(manifest, MEDIA_TYPE.model);
}
