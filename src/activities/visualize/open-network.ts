import { loadPart, type LoadedPart } from '../../data/load-part.ts';
import { PipelineError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { loadBackend } from '../../ml/backend.ts';
import { decodeModel } from '../../ml/decode-model.ts';
import type { NetworkManifest } from '../../ml/model.ts';
import { type Network, restoreNetwork } from '../../ml/network.ts';
import { requireFit, requireRows } from '../model-on-data.ts';
import type { StepContext } from '../step.ts';
import { need, type PictureType, type VisualizeInput } from './drawing.ts';

export interface OpenNetwork {
  /** Disposed when the work is done. */
  readonly network: Network;
  readonly manifest: NetworkManifest;
}

/**
 * Opens the model for a picture of what is inside it.
 *
 * @throws PipelineError `MODEL_UNSUPPORTED` for a model without layers of its own: a fusion, or an
 * import that another runtime computes.
 */
export async function withNetwork<T>(
  input: VisualizeInput,
  { context, picture }: { readonly context: StepContext; readonly picture: PictureType },
  work: (opened: OpenNetwork) => Promise<T>,
): Promise<T> {
  await loadBackend();
  const { store } = context;
  const manifest = decodeModel(await store.getJson<Json>(need(input, 'model', picture)));
  if (manifest.type !== 'network') throw withoutLayers(picture, manifest.type);
  if (manifest.input.labelShape) throw writesText(picture);
  const network = restoreNetwork(manifest.architecture, await store.get(manifest.weights));
  try {
    return await work({ network, manifest });
  } finally {
    network.dispose();
  }
}

/**
 * As `withNetwork`, with the part of the data set that the rows are of.
 *
 * @throws PipelineError `SHAPE_MISMATCH` if they do not fit, `DATA_INVALID` for a part without rows.
 */
export function withNetworkOnData<T>(
  input: VisualizeInput,
  place: { readonly context: StepContext; readonly picture: PictureType },
  work: (opened: OpenNetwork & { readonly part: LoadedPart }) => Promise<T>,
): Promise<T> {
  return withNetwork(input, place, async (opened) => {
    const dataset = need(input, 'dataset', place.picture);
    const part = await loadPart(place.context.store, dataset, input.part);
    requireFit(opened.manifest.input, part, 'the model');
    requireRows(part, input.part);
    return work({ ...opened, part });
  });
}

function withoutLayers(picture: PictureType, type: 'fusion' | 'foreign'): PipelineError {
  const what = type === 'fusion' ? 'a fusion of models' : 'computed by a runtime of its own';
  return new PipelineError(
    'MODEL_UNSUPPORTED',
    `visualize: ${picture} shows the layers of a network, and this model is ${what}`,
    { remedy: type === 'fusion' ? 'give one of its members' : 'leave the picture out' },
  );
}

function writesText(picture: PictureType): PipelineError {
  return new PipelineError(
    'SPEC_UNSUPPORTED',
    `visualize: ${picture} works with classes, and this model writes a text`,
    { remedy: 'leave the picture out' },
  );
}
