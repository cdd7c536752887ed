/** What a layer of a functional model is called with: both of Keras' ways to write it. */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';

export interface Call {
  /** Names of layers and inputs, in order. */
  readonly reads: readonly string[];
  readonly named: Readonly<Record<string, string>>;
  /** All else. */
  readonly settings: JsonObject;
}

/**
 * @param nodes  `inbound_nodes` of a layer.
 * @returns its one call; `null` for an input.
 * @throws PipelineError `MODEL_UNSUPPORTED` for a layer that is used more than once.
 */
export function readCall(nodes: Json | undefined, layer: string): Call | null {
  if (!Array.isArray(nodes)) throw brokenModel(`layer "${layer}" has no inbound_nodes`);
  if (nodes.length === 0) return null;
  if (nodes.length > 1) throw usedTwice(layer);
  const node = nodes[0] as Json;
  if (isJsonObject(node)) return readNewCall(node, layer);
  if (Array.isArray(node)) return readOldCall(node, layer);
  throw brokenModel(`layer "${layer}" has inbound_nodes of another form`);
}

/** Keras 3: `{args, kwargs}` with tensors in them. */
function readNewCall({ args, kwargs }: JsonObject, layer: string): Call {
  const reads: string[] = [];
  const collect = (value: Json): void => {
    const name = newTensor(value, layer);
    if (name !== null) reads.push(name);
    else if (Array.isArray(value)) value.forEach((item: Json) => collect(item));
    else if (value !== null) throw brokenModel(`layer "${layer}" is called with a constant`);
  };
  collect(args ?? null);
  return { reads, ...divide(kwargs, layer, newTensor) };
}

/** @returns the name of the layer or input, `null` for anything else. */
export function newTensor(value: Json, layer: string): string | null {
  if (!isJsonObject(value) || value['class_name'] !== '__keras_tensor__') return null;
  const config = value['config'];
  const history = isJsonObject(config) ? config['keras_history'] : undefined;
  return tensorName(history ?? null, layer);
}

/** Keras 2 and TensorFlow.js: `[[layer, node, tensor, settings], …]`, or one of these alone. */
function readOldCall(node: readonly Json[], layer: string): Call {
  const tensors = typeof node[0] === 'string' ? [node] : node;
  const reads = tensors.map((tensor) => tensorName(tensor, layer));
  const settings = tensors.map((tensor) => (tensor as readonly Json[])[3]);
  return { reads, ...divide(settings.find(isJsonObject), layer, oldTensor) };
}

const oldTensor = (value: Json, layer: string): string | null =>
  Array.isArray(value) && typeof value[0] === 'string' ? tensorName(value, layer) : null;

function divide(
  all: Json | undefined,
  layer: string,
  tensorOf: (value: Json, layer: string) => string | null,
): Pick<Call, 'named' | 'settings'> {
  const named: Record<string, string> = {};
  const settings: Record<string, Json> = {};
  for (const [key, value] of Object.entries(isJsonObject(all) ? all : {})) {
    const tensor = tensorOf(value, layer);
    if (tensor !== null) named[key] = tensor;
    else if (value !== null) settings[key] = value;
  }
  return { named, settings };
}

/** `[layer, node, tensor]`, of layers that are called once and give one tensor. */
export function tensorName(history: Json, layer: string): string {
  if (!Array.isArray(history)) throw brokenModel(`layer "${layer}" reads something unknown`);
  const [name, node, tensor] = history as readonly Json[];
  if (typeof name !== 'string') throw brokenModel(`layer "${layer}" reads something unknown`);
  if (node !== 0) throw usedTwice(name);
  if (tensor === 0) return name;
  throw unsupportedModel(
    `layer "${layer}" reads the second output of "${name}"`,
    'use layers that give one tensor',
  );
}

const usedTwice = (layer: string) =>
  unsupportedModel(
    `layer "${layer}" is used more than once`,
    'give each place a layer of its own, or export the model as ONNX or as a SavedModel',
  );
