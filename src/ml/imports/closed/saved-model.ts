/** TensorFlow's SavedModels, through the library of the native backend. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../../errors.ts';
import { loadBackend } from '../../backend.ts';
import { brokenModel } from '../import-fault.ts';
import type { ForeignRuntime, RuntimeFiles } from './foreign-runtime.ts';
import { requireHarmless } from './require-harmless.ts';
import { runTensors } from './run-tensors.ts';
import { readSignature, type Signature } from './saved-model-signature.ts';

export const SAVED_MODEL = 'saved_model.pb';
const TAG = 'serve';
const USUAL_SIGNATURE = 'serving_default';

/**
 * The library loads from a folder, so the files are laid out in one for as long as that takes.
 *
 * @throws PipelineError `BACKEND_UNAVAILABLE` without the native backend; `MODEL_UNSUPPORTED` for
 * operations that read or write files or run Python; `MODEL_INVALID`.
 */
export async function openSavedModel({
  files,
  signature = USUAL_SIGNATURE,
}: RuntimeFiles): Promise<ForeignRuntime> {
  const graph = files.get(SAVED_MODEL);
  if (!graph) throw brokenModel(`it has no ${SAVED_MODEL}`);
  const ports = readSignature(graph, TAG, signature);
  requireHarmless(graph);
  const { node } = await loadNative();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwright-saved-model-'));
  try {
    await layOut(files, folder);
    const model = await load(() => node.loadSavedModel(folder, [TAG], signature));
    return runtimeOf(model, ports);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Native = typeof import('@tensorflow/tfjs-node').node;

/** The one thing besides the backend that tfjs-node is used for. */
async function loadNative(): Promise<{ readonly node: Native }> {
  const { name } = await loadBackend();
  if (name === 'tensorflow') return import('@tensorflow/tfjs-node');
  throw new PipelineError(
    'BACKEND_UNAVAILABLE',
    `A SavedModel needs the native TensorFlow backend, and this is ${name}`,
    { remedy: 'run the set-up again, or convert the model to TensorFlow.js or ONNX' },
  );
}

async function layOut(files: RuntimeFiles['files'], folder: string): Promise<void> {
  for (const [name, bytes] of files) {
    const file = path.join(folder, name);
    if (!file.startsWith(folder + path.sep)) throw brokenModel(`a file is named "${name}"`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: 'wx' });
  }
}

async function load<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const [why] = String((cause as Error).message).split('\n');
    throw brokenModel(`TensorFlow refuses it: ${why}`, cause);
  }
}

function runtimeOf(
  model: Awaited<ReturnType<Native['loadSavedModel']>>,
  { inputs, outputs }: Signature,
): ForeignRuntime {
  return {
    inputs: inputs.map(({ name, shape }) => ({ name, shape: shape.slice(1) })),
    outputs,
    batch: inputs[0]?.shape[0] ?? null,
    run: (feeds, output) =>
      runTensors(
        feeds,
        inputs.map(({ type }) => type),
        (tensors) => Promise.resolve(pick(model.predict(tensors), output)),
      ),
    dispose: () => model.dispose(),
  };
}

/** Disposes what is not asked for. */
function pick(answer: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap, output: string): tf.Tensor {
  if (answer instanceof tf.Tensor) return answer;
  const named = answer as tf.NamedTensorMap;
  for (const [name, tensor] of Object.entries(named)) if (name !== output) tensor.dispose();
  return named[output] as tf.Tensor;
}
