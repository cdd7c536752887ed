/** Keras' own format, `.keras`: a zip archive with a configuration and an HDF5 file of weights. */
import type { ForeignLayer, ForeignNetwork, ForeignTensor } from '../foreign-graph.ts';
import { Hdf5File } from '../hdf5-file.ts';
import { brokenModel } from '../import-fault.ts';
import { readZip } from '../read-zip.ts';
import { parseConfiguration } from './parse-configuration.ts';
import { readModel } from './read-model.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const LIMITS = { [CONFIG]: 2 ** 24, [WEIGHTS]: 2 ** 29 };

/** Within a layer's place, where its variables are, in the order of `get_weights`. */
const PARTS_OF_CLASS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  LSTM: [['cell']],
  GRU: [['cell']],
  SimpleRNN: [['cell']],
  Bidirectional: [['forward_layer/cell'], ['backward_layer/cell']],
  TimeDistributed: [['layer']],
  // Early versions of Keras 3 write the second.
  MultiHeadAttention: ['query', 'key', 'value', 'output'].map((part) => [
    `${part}_dense`,
    `_${part}_dense`,
  ]),
};
const OWN = [['']];

/**
 * @throws PipelineError `MODEL_INVALID` for a broken file; `MODEL_UNSUPPORTED` for a model that is
 * made of code.
 */
export async function readKerasFile(bytes: Uint8Array): Promise<ForeignNetwork> {
  const files = readZip(bytes, LIMITS);
  const graph = readModel(parseConfiguration(files.get(CONFIG) as Uint8Array));
  const weights = await Hdf5File.open(files.get(WEIGHTS) as Uint8Array);
  try {
    const all = new Map(graph.layers.map((layer) => [layer.name, weightsAt(weights, layer)]));
    return { graph, weightsOf: ({ name }) => all.get(name) ?? [] };
  } finally {
    weights.close();
  }
}

function weightsAt(file: Hdf5File, { className, path, name }: ForeignLayer): ForeignTensor[] {
  const parts = (Object.hasOwn(PARTS_OF_CLASS, className) && PARTS_OF_CLASS[className]) || OWN;
  return parts.flatMap((choices) => {
    const places = choices.map((part) => [path, part, 'vars'].filter(Boolean).join('/'));
    const found = places.find((place) => file.names(place).length > 0);
    if (found === undefined) return [];
    const names = file.names(found);
    return names.map((_, index) => {
      if (!names.includes(`${index}`)) throw brokenModel(`layer "${name}" lacks weight ${index}`);
      return file.tensor(`${found}/${index}`);
    });
  });
}
