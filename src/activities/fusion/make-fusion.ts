/** The model that a method makes of measured members. */
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import { decodeFloat32, encodeFloat32 } from '../../data/tensor-bytes.ts';
import { PipelineError } from '../../errors.ts';
import { loadBackend } from '../../ml/backend.ts';
import { averageWeights, requireOneArchitecture } from '../../ml/fusion/average-weights.ts';
import { fitWeights } from '../../ml/fusion/fit-weights.ts';
import type { FusionRule, ModelManifest } from '../../ml/model.ts';
import type { FuseStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';
import { arrangeCascade, type CascadeReport } from './arrange-cascade.ts';
import { chainMembers } from './chain-members.ts';
import type { Member } from './measure-members.ts';
import { requireNetworks } from './require-networks.ts';
import { stackMembers } from './stack-members.ts';
import { type JoinedModel, trainJoined } from './train-joined.ts';

type Input = FuseStep['with'];

export interface MadeFusion {
  readonly model: ArtifactRef;
  /** Summing to 1; empty where the method has none. */
  readonly weights: readonly number[];
  readonly cascade?: CascadeReport;
}

/** @throws PipelineError as the method. */
export async function makeFusion(
  input: Input,
  members: readonly Member[],
  context: StepContext,
): Promise<MadeFusion> {
  const store = (rule: FusionRule, refs: readonly ArtifactRef[] = input.members) =>
    storeFusion(refs, members, { rule, context });
  switch (input.method) {
    case 'cascade': {
      const cascade = await arrangeCascade(input, members, context);
      const { thresholds } = cascade;
      return { model: await store({ method: 'cascade', thresholds }), weights: [], cascade };
    }
    case 'stacking': {
      const meta = await stackMembers(input, context);
      return { model: await store({ method: 'stacking', meta }), weights: [] };
    }
    case 'chain': {
      const { rule, members: linked } = await chainMembers(input, members, context);
      return { model: await store(rule, linked), weights: [] };
    }
    case 'features': {
      const joined = await trainJoined(input, members, context);
      return { model: await storeNetwork(input, members, { joined, context }), weights: [] };
    }
    case 'weight-average': {
      const weights = chooseWeights(input, members, context);
      const joined = await averageMembers(members, { weights, context });
      return { model: await storeNetwork(input, members, { joined, context }), weights };
    }
    default: {
      const weights = chooseWeights(input, members, context);
      return { model: await store({ method: input.method, weights }), weights };
    }
  }
}

function chooseWeights(
  { method, weights }: Input,
  members: readonly Member[],
  context: StepContext,
): readonly number[] {
  if (weights !== undefined) return normalise(weights, members.length);
  if (method !== 'weighted-average') return members.map(() => 1 / members.length);
  const fitted = fitWeights(members.map(({ likelihoods }) => likelihoods));
  context.log('info', 'fitted the weights on the validation part', {
    weights: [...fitted.weights],
    loss: fitted.loss,
    gap: fitted.gap,
    iterations: fitted.iterations,
  });
  return fitted.weights;
}

function normalise(weights: readonly number[], members: number): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const usable = weights.every((weight) => weight >= 0) && sum > 0 && Number.isFinite(sum);
  if (weights.length !== members || !usable) {
    throw new PipelineError(
      'SPEC_INVALID',
      `fuse: weights [${weights.join(', ')}] do not fit ${members} members`,
      { remedy: 'give one weight of at least 0 per member, not all of them 0' },
    );
  }
  return weights.map((weight) => weight / sum);
}

async function averageMembers(
  members: readonly Member[],
  { weights, context }: { readonly weights: readonly number[]; readonly context: StepContext },
): Promise<JoinedModel> {
  const networks = requireNetworks(members, 'weight-average');
  requireOneArchitecture(networks.map(({ architecture }) => architecture));
  const all: Float32Array[] = [];
  for (const network of networks) all.push(decodeFloat32(await context.store.get(network.weights)));
  const bytes = encodeFloat32(averageWeights(all, weights));
  const [{ architecture }] = networks as [(typeof networks)[number]];
  return { architecture, weights: await context.store.put(bytes, MEDIA_TYPE.weights) };
}

async function storeFusion(
  refs: readonly ArtifactRef[],
  [first]: readonly Member[],
  { rule, context }: { readonly rule: FusionRule; readonly context: StepContext },
): Promise<ArtifactRef> {
  if (!first) throw new PipelineError('SPEC_INVALID', 'fuse: there are no members');
  const { input } = first.manifest;
  const manifest: ModelManifest = { version: 1, type: 'fusion', input, members: refs, ...rule };
  return context.store.putJson(manifest, MEDIA_TYPE.model);
}

/** A network that remembers what it was made of. */
async function storeNetwork(
  { dataset, members: refs }: Input,
  [first]: readonly Member[],
  { joined, context }: { readonly joined: JoinedModel; readonly context: StepContext },
): Promise<ArtifactRef> {
  const { fingerprint } = await loadBackend();
  const manifest: ModelManifest = {
    version: 1,
    type: 'network',
    input: (first as Member).manifest.input,
    ...joined,
    trainedOn: { dataset: dataset.sha256, backend: fingerprint, data: dataset, joined: refs },
  };
  return context.store.putJson(manifest, MEDIA_TYPE.model);
}
