/** A layers model of TensorFlow.js: Keras' configuration, and weights by their names. */
import { decodeFloat32 } from '../../../data/tensor-bytes.ts';
import { productOf } from '../../../layers/shape.ts';
import type { ForeignLayer, ForeignNetwork, ForeignTensor } from '../foreign-graph.ts';
import { brokenModel } from '../import-fault.ts';
import { readModel } from '../keras/read-model.ts';
import { joinShards, requireFloats, type TfjsFiles } from './read-model-json.ts';

const BYTES = 4;

/** @throws PipelineError as `readModel`; `MODEL_UNSUPPORTED` for quantised weights. */
export function layersNetwork({ topology, records, shards }: TfjsFiles): ForeignNetwork {
  // The converter from Keras puts a level around what TensorFlow.js itself writes.
  const graph = readModel(topology['model_config'] ?? topology);
  requireFloats(records);
  const bytes = joinShards(shards);
  const tensors = new Map<string, ForeignTensor>();
  let at = 0;
  for (const { name, shape } of records) {
    const size = BYTES * productOf(shape);
    if (shape.some((one) => one < 1) || at + size > bytes.byteLength) {
      throw brokenModel(`"${name}" of [${shape.join(', ')}] is not in its shards`);
    }
    tensors.set(name, { shape, values: decodeFloat32(bytes.subarray(at, at + size)) });
    at += size;
  }
  if (at !== bytes.byteLength) {
    throw brokenModel(`its shards have ${bytes.byteLength} bytes, not ${at}`);
  }
  return { graph, weightsOf: (layer) => weightsIn(tensors, layer) };
}

/** A layer of a nested model is not told from the others by its weights' names. */
function weightsIn(
  tensors: ReadonlyMap<string, ForeignTensor>,
  { name }: ForeignLayer,
): readonly ForeignTensor[] {
  const own = `${name.slice(name.lastIndexOf('/') + 1)}/`;
  return [...tensors].flatMap(([weight, tensor]) => (weight.startsWith(own) ? [tensor] : []));
}
