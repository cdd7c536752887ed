/** Checks an architecture that comes from outside before anything is built from it. */
import { isPipelineError, PipelineError } from '../../errors.ts';
import { isJsonObject, type Json } from '../../json.ts';
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import { faultOfWriting } from '../../layers/fault-of-writing.ts';
import { readLayer } from '../../layers/read-layer.ts';
import type { Architecture } from '../model.ts';
import { inferLayers, inputsOf, type LayerShape, productOf } from './infer-shapes.ts';

/**
 * @throws PipelineError `MODEL_INVALID` for an unknown layer type or key, a size beyond the
 * limits of `inferLayers`, inputs that are not slices of the row, or an output that is no softmax
 * over the classes.
 */
export function decodeArchitecture(value: Json | undefined): Architecture {
  if (!isJsonObject(value) || value['version'] !== 1)
    throw invalid('it is no architecture, version 1');
  const { inputShape, classes, layers, seed, inputs, labelShape } = value;
  if (!isNumberList(inputShape) || inputShape.length < 1 || inputShape.length > 3) {
    throw invalid('inputShape must be a list of one to three sizes');
  }
  if (!Number.isSafeInteger(classes) || (classes as number) < 2) {
    throw invalid(`classes must be an integer from 2, got ${JSON.stringify(classes)}`);
  }
  if (!Number.isSafeInteger(seed)) throw invalid('seed must be an integer');
  if (labelShape !== undefined && !(isNumberList(labelShape) && labelShape.length === 1)) {
    throw invalid('labelShape must be a list of one size');
  }
  if (!Array.isArray(layers) || layers.length === 0) throw invalid('layers must be a list');
  const architecture: Architecture = {
    version: 1,
    inputShape,
    ...(inputs !== undefined && { inputs: decodeInputs(inputs, productOf(inputShape)) }),
    classes: classes as number,
    ...(labelShape !== undefined && { labelShape: labelShape }),
    layers: layers.map(decodeLayer),
    seed: seed as number,
  };
  requireSound(architecture);
  return architecture;
}

function decodeLayer(value: Json, index: number): LayerSpec {
  const read = readLayer(value);
  if ('layer' in read) return read.layer;
  throw invalid(`layer ${index} ${read.problem}`);
}

function decodeInputs(value: Json, width: number): readonly InputSpec[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('inputs must be a list');
  const inputs = value.map((input: Json) => decodeInput(input, width));
  const names = new Set(inputs.map(({ name }) => name));
  if (names.size === inputs.length) return inputs;
  throw invalid('two of its inputs have the same name');
}

function decodeInput(value: Json, width: number): InputSpec {
  if (!isJsonObject(value)) throw invalid('an input must be a map');
  const { name, shape, offset, vocabulary } = value;
  if (typeof name !== 'string' || name === '') throw invalid('an input has no name');
  const wrong = (key: string): PipelineError =>
    invalid(`the input "${name}" has ${key} ${JSON.stringify(value[key])}`);
  if (!isNumberList(shape) || shape.length < 1 || shape.length > 3) throw wrong('shape');
  if (!Number.isSafeInteger(offset) || (offset as number) < 0) throw wrong('offset');
  if ((offset as number) + productOf(shape) > width) {
    throw invalid(`the input "${name}" reaches beyond the row of ${width} values`);
  }
  if (vocabulary === undefined) return { name, shape, offset: offset as number };
  if (!Number.isSafeInteger(vocabulary) || (vocabulary as number) < 1) throw wrong('vocabulary');
  return { name, shape, offset: offset as number, vocabulary: vocabulary as number };
}

function requireSound(architecture: Architecture): void {
  const { classes, layers, labelShape = [] } = architecture;
  const shapes = inferSound(architecture);
  const last = layers.at(-1);
  const isSoftmax = last?.type === 'dense' && last.activation === 'softmax';
  if (!isSoftmax || shapes.at(-1)?.outputShape.join() !== [...labelShape, classes].join()) {
    const of = labelShape.length === 0 ? '' : `, for each of ${labelShape.join()} places`;
    throw invalid(`its last layer must be dense with ${classes} units and softmax${of}`);
  }
  if (labelShape.length === 0) return;
  const fault = faultOfWriting({ inputs: inputsOf(architecture), layers });
  if (fault) throw invalid(`layer ${fault.index} ${fault.fault.found}`);
}

function inferSound(architecture: Architecture): readonly LayerShape[] {
  try {
    return inferLayers({ inputs: inputsOf(architecture), layers: architecture.layers });
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    throw invalid(error.message, error);
  }
}

function isNumberList(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function invalid(found: string, cause?: unknown): PipelineError {
  return new PipelineError('MODEL_INVALID', `The architecture cannot be used: ${found}`, { cause });
}
