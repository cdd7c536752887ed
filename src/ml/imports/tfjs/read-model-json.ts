/** `model.json` of TensorFlow.js with the shards of weights beside it. */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';
import { parseConfiguration } from '../keras/parse-configuration.ts';

const MAX_BYTES = 2 ** 29;
const MAX_SHARDS = 10_000;

/** A tensor as the manifest announces it. */
export interface WeightRecord {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isQuantized: boolean;
}

export interface TfjsFiles {
  readonly topology: JsonObject;
  /** Of layers, or a graph of TensorFlow's operations. */
  readonly format: 'layers' | 'graph';
  readonly records: readonly WeightRecord[];
  /** Paths beside `model.json`, in order. */
  readonly shards: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** @param sibling  reads a file by its path beside `model.json`. */
export async function readModelJson(
  bytes: Uint8Array,
  sibling: (path: string) => Promise<Uint8Array>,
): Promise<TfjsFiles> {
  const root = parseConfiguration(bytes);
  const { modelTopology: topology, weightsManifest: manifest } = isJsonObject(root) ? root : {};
  if (!isJsonObject(topology)) throw brokenModel('model.json has no modelTopology');
  const groups = Array.isArray(manifest) ? manifest : [];
  const shards: { path: string; bytes: Uint8Array }[] = [];
  let total = 0;
  for (const path of groups.flatMap(pathsOf)) {
    if (shards.length >= MAX_SHARDS) throw brokenModel(`it has over ${MAX_SHARDS} shards`);
    const shard = await sibling(path);
    total += shard.byteLength;
    if (total > MAX_BYTES) throw brokenModel(`its weights have over ${MAX_BYTES} bytes`);
    shards.push({ path, bytes: shard });
  }
  const format = topology['node'] === undefined ? 'layers' : 'graph';
  return { topology, format, records: groups.flatMap(recordsOf), shards };
}

/** @throws PipelineError `MODEL_INVALID` for a path that leads out of the folder. */
function pathsOf(group: Json): readonly string[] {
  const paths = isJsonObject(group) ? group['paths'] : undefined;
  if (!Array.isArray(paths)) throw brokenModel('its weightsManifest has no paths');
  return paths.map((path: Json) => {
    if (typeof path === 'string' && /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.includes('..')) {
      return path;
    }
    throw brokenModel(`a shard is named ${JSON.stringify(path)}`);
  });
}

function recordsOf(group: Json): readonly WeightRecord[] {
  const weights = isJsonObject(group) ? group['weights'] : undefined;
  if (!Array.isArray(weights)) throw brokenModel('its weightsManifest has no weights');
  return weights.map((weight: Json) => {
    const { name, shape, dtype, quantization } = isJsonObject(weight) ? weight : {};
    const isShape = Array.isArray(shape) && shape.every((size: Json) => Number.isSafeInteger(size));
    if (typeof name !== 'string' || !isShape || typeof dtype !== 'string') {
      throw brokenModel('a record of its weightsManifest is incomplete');
    }
    const sizes = shape as readonly number[];
    return { name, shape: sizes, dtype, isQuantized: quantization !== undefined };
  });
}

/** All shards as one. */
export function joinShards(shards: TfjsFiles['shards']): Uint8Array {
  const joined = new Uint8Array(shards.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let at = 0;
  for (const { bytes } of shards) {
    joined.set(bytes, at);
    at += bytes.byteLength;
  }
  return joined;
}

/** @throws PipelineError `MODEL_UNSUPPORTED` for weights that were made smaller. */
export function requireFloats(records: readonly WeightRecord[]): void {
  const other = records.find(({ dtype, isQuantized }) => isQuantized || dtype !== 'float32');
  if (!other) return;
  const found = other.isQuantized ? 'quantised' : `of type ${other.dtype}`;
  const remedy = 'convert the model without quantisation';
  throw unsupportedModel(`the weight "${other.name}" is ${found}`, remedy);
}
