/** The manifest of a network that was trained on a data set. */
import type { ArtifactRef } from '../artifacts/artifact.ts';
import type { Backend } from '../ml/backend.ts';
import type { ModelManifest } from '../ml/model.ts';
import type { LoadedInput } from './load-training.ts';

export interface NetworkOrigin {
  readonly dataset: ArtifactRef;
  readonly backend: Backend;
  readonly loaded: Pick<LoadedInput, 'architecture' | 'manifest'>;
  /** The model whose weights training started from. */
  readonly startedFrom: ArtifactRef | undefined;
}

export function networkManifest(
  weights: ArtifactRef,
  { dataset, backend, loaded, startedFrom }: NetworkOrigin,
): ModelManifest {
  const { architecture, manifest } = loaded;
  const { inputShape, inputs, featureNames, encoders, classes, target } = manifest;
  const { labelShape, targetEncoder } = manifest;
  return {
    version: 1,
    type: 'network',
    input: {
      ...{ inputShape, ...(inputs && { inputs }), featureNames, encoders, classes, target },
      ...(labelShape && targetEncoder && { labelShape, targetEncoder }),
    },
    architecture,
    weights,
    trainedOn: {
      dataset: dataset.sha256,
      backend: backend.fingerprint,
      data: dataset,
      ...(startedFrom && { startedFrom }),
    },
  };
}
