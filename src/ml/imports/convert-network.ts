/** A network of foreign layers to one of ours: the same numbers from the same weights. */
import { suggest } from '../../did-you-mean.ts';
import { LAYER_RULES } from '../../layers/layer-rules.ts';
import { isFault, type WeightSpec } from '../../layers/layer-rule.ts';
import type { InputSpec, LayerSpec } from '../../layers/layer-spec.ts';
import { productOf, type Shape, showShape } from '../../layers/shape.ts';
import type { ForeignLayer, ForeignNetwork, ForeignTensor } from './foreign-graph.ts';
import { brokenModel, unsupportedModel } from './import-fault.ts';
import type { Body, Conversion } from './layers/conversion.ts';
import { CONVERTERS } from './layers/converters.ts';
import { LayerSettings } from './layers/layer-settings.ts';
import { type MaskState, maskStateAfter } from './mask-state.ts';

/** A layer of ours with its weights, in the order of its rule. */
export interface ConvertedLayer {
  readonly spec: LayerSpec;
  readonly weights: readonly Float32Array[];
  readonly outputShape: Shape;
}

export interface ConvertedNetwork {
  readonly layers: readonly ConvertedLayer[];
}

interface Value {
  /** Of a layer or input of ours. */
  readonly name: string;
  readonly shape: Shape;
  readonly mask: MaskState;
}

/**
 * Layers that change nothing outside of training are left out. Every other keeps its name.
 *
 * @param inputs  those of ours that stand for the foreign ones, in the same order.
 * @throws PipelineError `MODEL_UNSUPPORTED` naming a layer that has no counterpart here, or a setting
 * that ours cannot have; `MODEL_INVALID` for weights that do not fit their layer.
 */
export function convertNetwork(
  { graph, weightsOf }: ForeignNetwork,
  inputs: readonly InputSpec[],
): ConvertedNetwork {
  const values = new Map<string, Value>();
  for (const [index, { name }] of graph.inputs.entries()) {
    const own = inputs[index] as InputSpec;
    values.set(name, { name: own.name, shape: own.shape, mask: 'none' });
  }
  const taken = new Set(inputs.map(({ name }) => name));
  const layers: ConvertedLayer[] = [];
  for (const layer of graph.layers) {
    const converted = convertLayer(layer, values);
    if (converted === null) continue;
    const name = freeName(layer.name, taken);
    const { body, reads, shape, mask, own } = converted;
    const spec = { ...body, name, inputs: reads.map((read) => read.name) } as LayerSpec;
    const weights = takeWeights(layer, own, { given: weightsOf(layer), ...converted });
    layers.push({ spec, weights, outputShape: shape });
    values.set(layer.name, { name, shape, mask });
  }
  requireOutput(values.get(graph.output)?.name, layers);
  return { layers };
}

interface Placed extends Pick<Conversion, 'absent'> {
  readonly body: Body;
  readonly reads: readonly Value[];
  readonly own: readonly WeightSpec[];
  readonly shape: Shape;
  readonly mask: MaskState;
}

/** @returns `null` for one that is left out: it stands for what it reads from then on. */
function convertLayer(layer: ForeignLayer, values: Map<string, Value>): Placed | null {
  const settings = new LayerSettings(layer);
  const first = valueOf(layer, layer.reads[0] ?? layer.named['query'], values);
  const converter = converterOf(layer);
  requirePlainCall(layer);
  const { body, absent, reads = layer.reads } = converter({ layer, settings, shape: first.shape });
  if (body === null) {
    values.set(layer.name, first);
    return null;
  }
  const from = reads.map((name) => valueOf(layer, name, values));
  const inferred = LAYER_RULES[body.type].infer({
    layer: body,
    name: layer.name,
    inputs: from.map(({ shape }) => shape),
    shape: first.shape,
  });
  const { least, most } = LAYER_RULES[body.type].arity ?? { least: 1, most: 1 };
  if (from.length < least || from.length > most) {
    throw unsupportedModel(
      `${settings.label} reads ${from.length} tensors; ${least === most ? least : `${least} to ${most}`} can be imported`,
      'leave out states and masks that are handed to the layer',
    );
  }
  if (layer.isMasked && from.every((value) => value.mask === 'none')) {
    throw unsupportedModel(
      `${settings.label} is handed a mask that is not the one of its sequence`,
      'let an Embedding with mask_zero make the mask',
    );
  }
  if (isFault(inferred)) throw brokenModel(`${settings.label} ${inferred.found}`);
  const mask = maskStateAfter(body, layer, from.map((value) => value.mask)); // prettier-ignore
  return {
    body,
    reads: from,
    own: inferred.weights ?? [],
    shape: inferred.shape,
    mask,
    ...(absent && { absent }),
  };
}

function converterOf({ name, className }: ForeignLayer) {
  const found = Object.hasOwn(CONVERTERS, className) ? CONVERTERS[className] : undefined;
  if (found) return found;
  const known = suggest(className, Object.keys(CONVERTERS), 'layers that are known');
  throw unsupportedModel(
    `layer "${name}" is of the class ${className}, which has no counterpart here; ${known}`,
    'build the model of known layers, or export it as ONNX or as a SavedModel',
  );
}

/** What a call may say besides its tensors. */
function requirePlainCall({ name, className, named, call }: ForeignLayer): void {
  const isAttention = className === 'MultiHeadAttention';
  const allowed = isAttention ? ['query', 'value', 'key'] : [];
  const stray =
    Object.keys(named).find((key) => !allowed.includes(key)) ??
    Object.entries(call).find(
      ([key, value]) => value !== false && !(isAttention && key === 'use_causal_mask'),
    )?.[0];
  if (stray === undefined) return;
  throw unsupportedModel(
    `layer "${name}" (${className}) is called with ${stray}`,
    'leave it out, or export the model as ONNX or as a SavedModel',
  );
}

function valueOf(
  layer: ForeignLayer,
  name: string | undefined,
  values: ReadonlyMap<string, Value>,
): Value {
  const found = name === undefined ? undefined : values.get(name);
  if (found) return found;
  throw brokenModel(`layer "${layer.name}" reads ${JSON.stringify(name ?? null)}`);
}

interface Weights extends Pick<Conversion, 'absent'> {
  readonly given: readonly ForeignTensor[];
}

function takeWeights(
  { name, className }: ForeignLayer,
  own: readonly WeightSpec[],
  { given, absent = {} }: Weights,
): readonly Float32Array[] {
  const wanted = own.length - Object.keys(absent).length;
  if (given.length !== wanted) {
    throw brokenModel(`layer "${name}" (${className}) has ${given.length} weights, not ${wanted}`);
  }
  const left = [...given];
  return own.map(({ name: weight, shape }, index) => {
    const fill = absent[index];
    if (fill !== undefined) return new Float32Array(productOf(shape)).fill(fill);
    const { shape: found, values } = left.shift() as ForeignTensor;
    if (showShape(found) === showShape(shape) && values.length === productOf(shape)) return values;
    throw brokenModel(`${weight} has the shape ${showShape(found)}, not ${showShape(shape)}`);
  });
}

/** Ours may not be named as an input is. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}

function requireOutput(output: string | undefined, layers: readonly ConvertedLayer[]): void {
  if (output !== undefined && layers.at(-1)?.spec.name === output) return;
  throw unsupportedModel(
    'its output is not the last of its layers',
    'save a model whose every layer leads to its one output',
  );
}
