import { MEDIA_TYPE, type ArtifactStore } from '../../artifacts/artifact.ts';
import { encodeFloat32 } from '../../data/tensor-bytes.ts';
import { inferLayers, inputsOf } from '../../ml/architectures/infer-shapes.ts';
import { decodeArchitecture } from '../../ml/architectures/decode-architecture.ts';
import { buildConverted } from '../../ml/imports/build-converted.ts';
import type { OutputMeaning } from '../../ml/imports/finish-output.ts';
import type { ForeignNetwork } from '../../ml/imports/foreign-graph.ts';
import type { ImportRecord, NetworkManifest } from '../../ml/model.ts';
import { Network } from '../../ml/network.ts';
import type { Json } from '../../json.ts';
import type { ImportStep } from '../step-types.ts';
import { type Given, inputContract } from './input-contract.ts';

export interface ConvertedModel {
  readonly network: ForeignNetwork;
  readonly imported: ImportRecord;
  readonly output: OutputMeaning | undefined;
}

type Stored = Pick<
  ImportStep['outputs'],
  'model' | 'converted' | 'parameters' | 'inputShape' | 'layers'
>;

/** @throws PipelineError as `buildConverted`; `MODEL_INVALID` for weights that are not finite. */
export async function storeConverted(
  { network, imported, output }: ConvertedModel,
  given: Given,
  store: ArtifactStore,
): Promise<Stored> {
  const { data, order } = given;
  const converted = buildConverted(network, { data, order, output });
  const { weights } = converted;
  // Whoever loads the model holds it against the same rules.
  const architecture = decodeArchitecture(converted.architecture as unknown as Json);
  new Network(architecture, weights).dispose();
  const manifest: NetworkManifest = {
    version: 1,
    type: 'network',
    input: inputContract(given, converted),
    architecture,
    weights: await store.put(encodeFloat32(weights), MEDIA_TYPE.weights),
    imported,
  };
  const shapes = inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
  return {
    model: await store.putJson(manifest, MEDIA_TYPE.model),
    converted: true,
    parameters: weights.length,
    inputShape: [...architecture.inputShape],
    layers: shapes.map(({ name, type, outputShape, parameters }) => ({
      name,
      type,
      outputShape: [...outputShape],
      parameters,
    })),
  };
}
