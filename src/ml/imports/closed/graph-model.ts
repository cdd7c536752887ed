/** Graph models of TensorFlow.js: made by its converter from a SavedModel. */
import * as tf from '@tensorflow/tfjs';
import type { Json } from '../../../json.ts';
import { brokenModel } from '../import-fault.ts';
import { parseConfiguration } from '../keras/parse-configuration.ts';
import { joinShards, readModelJson } from '../tfjs/read-model-json.ts';
import type { ForeignRuntime, RuntimeFiles } from './foreign-runtime.ts';
import { runTensors } from './run-tensors.ts';
import { unfuse } from './unfuse.ts';

export const MODEL_JSON = 'model.json';

/** Its operations are those of TensorFlow.js, none of which reaches beyond tensors. */
export async function openGraphModel({ files }: RuntimeFiles): Promise<ForeignRuntime> {
  const bytes = files.get(MODEL_JSON);
  if (!bytes) throw brokenModel(`it has no ${MODEL_JSON}`);
  const { topology, shards } = await readModelJson(bytes, (path) => {
    const shard = files.get(path);
    if (shard) return Promise.resolve(shard);
    throw brokenModel(`it has no shard "${path}"`);
  });
  const root = parseConfiguration(bytes) as tf.io.ModelJSON & Record<string, Json>;
  const { signature, modelInitializer, initializerSignature, weightsManifest } = root;
  const load = (): Promise<tf.io.ModelArtifacts> =>
    Promise.resolve({
      modelTopology: unfuse(topology),
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: joinShards(shards).buffer as ArrayBuffer,
      ...(signature && { signature }),
      ...(modelInitializer && { modelInitializer }),
      ...(initializerSignature && { initializerSignature }),
    });
  let model: tf.GraphModel;
  try {
    model = await tf.loadGraphModel({ load });
  } catch (cause) {
    throw brokenModel('TensorFlow.js refuses it', cause);
  }
  const { inputs, outputs } = model;
  const shapes = inputs.map(({ shape = [] }) => shape.map((size) => (size > 0 ? size : null)));
  return {
    inputs: inputs.map(({ name }, index) => ({ name, shape: shapes[index]?.slice(1) ?? [] })),
    outputs: outputs.map(({ name }) => name),
    batch: shapes[0]?.[0] ?? null,
    run: (feeds, output) =>
      runTensors(
        feeds,
        inputs.map(({ dtype }) => dtype),
        (tensors) => execute(model, tensors, output),
      ),
    dispose: () => model.dispose(),
  };
}

/** A graph whose flow or shapes depend on values runs in another way, which the first refuses. */
async function execute(
  model: tf.GraphModel,
  tensors: tf.NamedTensorMap,
  output: string,
): Promise<tf.Tensor> {
  try {
    return model.execute(tensors, output) as tf.Tensor;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('executeAsync')) throw error;
    return (await model.executeAsync(tensors, output)) as tf.Tensor;
  }
}
