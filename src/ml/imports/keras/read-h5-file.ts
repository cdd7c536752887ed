/** Keras' older format, `.h5`: one HDF5 file with the configuration in an attribute. */
import type { ForeignLayer, ForeignNetwork, ForeignTensor } from '../foreign-graph.ts';
import { Hdf5File } from '../hdf5-file.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';
import { parseConfiguration } from './parse-configuration.ts';
import { readModel } from './read-model.ts';

const WEIGHTS = 'model_weights';

/** @throws PipelineError as `readKerasFile`; `MODEL_UNSUPPORTED` for a file of weights alone. */
export async function readH5File(bytes: Uint8Array): Promise<ForeignNetwork> {
  const file = await Hdf5File.open(bytes);
  try {
    const config = file.attribute('', 'model_config');
    if (typeof config !== 'string') {
      throw unsupportedModel(
        'the file has no configuration of a model: it may hold weights alone',
        'save the whole model, with model.save("model.keras")',
      );
    }
    const graph = readModel(parseConfiguration(config));
    const all = new Map(graph.layers.map((layer) => [layer.name, weightsOf(file, layer)]));
    return { graph, weightsOf: ({ name }) => all.get(name) ?? [] };
  } finally {
    file.close();
  }
}

function weightsOf(file: Hdf5File, { name }: ForeignLayer): ForeignTensor[] {
  if (name.includes('/')) {
    throw unsupportedModel(
      `layer "${name}" is in a nested model, whose weights such a file keeps without their order`,
      'save the model with model.save("model.keras")',
    );
  }
  const path = `${WEIGHTS}/${name}`;
  return namesOf(file, path).map((weight) => file.tensor(`${path}/${weight}`));
}

/** A long list is divided over attributes with a number. */
function namesOf(file: Hdf5File, path: string): readonly string[] {
  const whole = file.attribute(path, 'weight_names');
  const names = [...(typeof whole === 'string' ? [whole] : (whole ?? []))];
  for (let part = 0; whole === null; part += 1) {
    const some = file.attribute(path, `weight_names${part}`);
    if (some === null) break;
    names.push(...(typeof some === 'string' ? [some] : some));
  }
  const stray = names.find((name) => name.split('/').includes('..'));
  if (stray === undefined) return names;
  throw brokenModel(`a weight is named ${JSON.stringify(stray)}`);
}
