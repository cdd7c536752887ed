/** Checks an architecture that comes from outside before anything is built from it. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import type { Activation, Architecture, LayerSpec } from '../model.ts';
import { inferShapes } from './infer-shapes.ts';

const ACTIVATIONS = {
  relu: true,
  tanh: true,
  sigmoid: true,
  elu: true,
  gelu: true,
  softmax: true,
  linear: true,
} as const satisfies Record<Activation, true>;

type Check = (value: Json | undefined) => boolean;

const isNumber: Check = (value) => typeof value === 'number';
const isActivation: Check = (value) =>
  typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value);
const isPadding: Check = (value) => value === 'valid' || value === 'same';

/** The keys of each layer type, all of them needed; sizes are judged by `inferShapes`. */
const LAYER_KEYS = {
  dense: { units: isNumber, activation: isActivation },
  conv2d: {
    filters: isNumber,
    kernelSize: isNumber,
    strides: isNumber,
    padding: isPadding,
    activation: isActivation,
  },
  maxPooling2d: { poolSize: isNumber },
  averagePooling2d: { poolSize: isNumber },
  dropout: { rate: isNumber },
  flatten: {},
  globalAveragePooling2d: {},
  batchNormalization: {},
  layerNormalization: {},
  activation: { activation: isActivation },
} as const satisfies Record<LayerSpec['type'], Readonly<Record<string, Check>>>;

/**
 * @throws PipelineError `MODEL_INVALID` for an unknown layer type or key, a size beyond the
 * limits of `inferShapes`, or an output that is no softmax over the classes.
 */
export function decodeArchitecture(value: Json | undefined): Architecture {
  if (!isJsonObject(value) || value['version'] !== 1)
    throw invalid('it is no architecture, version 1');
  const { inputShape, classes, layers, seed } = value;
  if (!isNumberList(inputShape) || inputShape.length < 1 || inputShape.length > 3) {
    throw invalid('inputShape must be a list of one to three sizes');
  }
  if (!Number.isSafeInteger(classes) || (classes as number) < 2) {
    throw invalid(`classes must be an integer from 2, got ${JSON.stringify(classes)}`);
  }
  if (!Number.isSafeInteger(seed)) throw invalid('seed must be an integer');
  if (!Array.isArray(layers) || layers.length === 0) throw invalid('layers must be a list');
  const architecture: Architecture = {
    version: 1,
    inputShape,
    classes: classes as number,
    layers: layers.map(decodeLayer),
    seed: seed as number,
  };
  requireSound(architecture);
  return architecture;
}

function decodeLayer(value: Json, index: number): LayerSpec {
  const type = isJsonObject(value) ? value['type'] : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(LAYER_KEYS, type)) {
    throw invalid(`layer ${index} has the unknown type ${JSON.stringify(type)}`);
  }
  const layer = value as JsonObject;
  const keys: Readonly<Record<string, Check>> = LAYER_KEYS[type as LayerSpec['type']];
  for (const key of Object.keys(layer)) {
    if (key !== 'type' && !Object.hasOwn(keys, key)) {
      throw invalid(`layer ${index} (${type}) has the unknown key ${JSON.stringify(key)}`);
    }
  }
  for (const [key, check] of Object.entries(keys)) {
    if (!check(layer[key])) {
      throw invalid(`layer ${index} (${type}) has ${key} ${JSON.stringify(layer[key])}`);
    }
  }
  // Every key was checked above against the type's own list.
  return layer as unknown as LayerSpec;
}

function requireSound({ inputShape, classes, layers }: Architecture): void {
  try {
    inferShapes(inputShape, layers);
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    throw invalid(error.message, error);
  }
  const last = layers.at(-1);
  if (last?.type === 'dense' && last.units === classes && last.activation === 'softmax') return;
  throw invalid(`its last layer must be dense with ${classes} units and softmax`);
}

function isNumberList(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function invalid(found: string, cause?: unknown): PipelineError {
  return new PipelineError('MODEL_INVALID', `The architecture cannot be used: ${found}`, { cause });
}
