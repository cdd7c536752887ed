/** Small model manifests in a store. */
import type { ArtifactRef, ArtifactStore } from '../../src/artifacts/artifact.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { InputContract, ModelManifest } from '../../src/ml/model.ts';

const INPUT: InputContract = {
  inputShape: [2],
  featureNames: ['a', 'b'],
  encoders: [
    { type: 'number', column: 'a', scale: 'none', offset: 0, divisor: 1, imputed: 0 },
    { type: 'number', column: 'b', scale: 'none', offset: 0, divisor: 1, imputed: 0 },
  ],
  classes: ['no', 'yes'],
  target: 't',
};

export async function storeNetwork(store: ArtifactStore, seed: number): Promise<ArtifactRef> {
  const weights = await store.put(Buffer.alloc(24, seed), MEDIA_TYPE.weights);
  const model: ModelManifest = {
    version: 1,
    type: 'network',
    input: INPUT,
    architecture: {
      version: 1,
      inputShape: [2],
      classes: 2,
      layers: [{ type: 'dense', units: 2, activation: 'softmax' }],
      seed,
    },
    weights,
    trainedOn: { dataset: 'd'.repeat(64), backend: 'tensorflow 2.21 <b>' },
  };
  return store.putJson(model, MEDIA_TYPE.model);
}

export async function storeFusion(
  store: ArtifactStore,
  members: readonly ArtifactRef[],
): Promise<ArtifactRef> {
  const model: ModelManifest = {
    version: 1,
    type: 'fusion',
    input: INPUT,
    method: 'average',
    weights: members.map(() => 1 / members.length),
    members,
  };
  return store.putJson(model, MEDIA_TYPE.model);
}
