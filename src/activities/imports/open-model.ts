import path from 'node:path';
import type { ModelFormat } from '../../layers/model-format.ts';
import { MODEL_JSON } from '../../ml/imports/closed/graph-model.ts';
import { ONNX_FILE } from '../../ml/imports/closed/onnx.ts';
import type { ForeignNetwork } from '../../ml/imports/foreign-graph.ts';
import { readH5File } from '../../ml/imports/keras/read-h5-file.ts';
import { readKerasFile } from '../../ml/imports/keras/read-keras-file.ts';
import { layersNetwork } from '../../ml/imports/tfjs/layers-network.ts';
import { readModelJson } from '../../ml/imports/tfjs/read-model-json.ts';
import type { ClosedFormat, ImportRecord } from '../../ml/model.ts';
import type { ModelFiles } from './read-model-files.ts';

/** A model whose layers are told, or one that can only be asked. */
export type OpenedModel =
  | {
      readonly format: Exclude<ImportRecord['format'], ClosedFormat>;
      readonly network: ForeignNetwork;
    }
  | { readonly format: ClosedFormat; readonly files: ReadonlyMap<string, Uint8Array> };

/** @throws PipelineError as the readers of the formats. */
export async function openModel(
  file: string,
  format: ModelFormat,
  files: ModelFiles,
): Promise<OpenedModel> {
  switch (format) {
    case 'keras':
      return { format, network: await readKerasFile(await files.read(file)) };
    case 'h5':
      return { format, network: await readH5File(await files.read(file)) };
    case 'tfjs':
      return openTfjs(file, files);
    case 'saved-model':
      return { format, files: await files.readSavedModel(file) };
    case 'onnx':
      return { format, files: new Map([[ONNX_FILE, await files.read(file)]]) };
  }
}

async function openTfjs(file: string, files: ModelFiles): Promise<OpenedModel> {
  const folder = path.posix.dirname(file);
  const json = await files.read(file);
  const found = await readModelJson(json, (shard) => files.read(path.posix.join(folder, shard)));
  if (found.format === 'layers') return { format: 'layers-model', network: layersNetwork(found) };
  const shards = found.shards.map(({ path: name, bytes }) => [name, bytes] as const);
  return { format: 'graph-model', files: new Map([[MODEL_JSON, json], ...shards]) };
}
