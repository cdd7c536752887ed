/** Keras' configuration of a model to a graph of layers; nested models are laid open. */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';
import type { ForeignGraph, ForeignInput, ForeignLayer } from '../foreign-graph.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';
import { MaskOperations } from './mask-operations.ts';
import { type Call, readCall, tensorName } from './read-calls.ts';
import { snakeCase } from './snake-case.ts';

const MAX_LAYERS = 1000;
const MAX_NESTING = 4;
const SEQUENTIAL = 'Sequential';
const MODELS: readonly string[] = [SEQUENTIAL, 'Functional', 'Model'];

/**
 * @param value  `{class_name, config}` as Keras 2, Keras 3 and TensorFlow.js store it.
 * @throws PipelineError `MODEL_INVALID` for a malformed one; `MODEL_UNSUPPORTED` for a model with
 * code of its own, several outputs, or layers that are used more than once.
 */
export function readModel(value: Json | undefined): ForeignGraph {
  const reader = new ModelReader();
  const output = reader.read(value, { prefix: '', path: '', reads: null, depth: 0 });
  const { inputs, layers } = reader;
  return { inputs, layers, output };
}

/** Where a model stands; the outermost one reads nothing. */
interface Place {
  readonly prefix: string;
  readonly path: string;
  readonly reads: readonly string[] | null;
  readonly depth: number;
}

type LayerCall = Call & Pick<ForeignLayer, 'isMasked'>;

class ModelReader {
  readonly inputs: ForeignInput[] = [];
  readonly layers: ForeignLayer[] = [];
  /** What a name within a model stands for: an input or a nested model for what it reads. */
  readonly #known = new Map<string, string>();

  /** @returns the name of its output. */
  read(value: Json | undefined, place: Place): string {
    const { className, config } = modelOf(value, place);
    const items = Array.isArray(config) ? (config as Json) : config['layers'];
    if (!Array.isArray(items) || items.length === 0) throw brokenModel('it has no layers');
    const paths = pathsOf(items, place.path);
    if (className === SEQUENTIAL) return this.#readSequence(items, { ...place, paths });
    return this.#readFunctional(items, { ...place, paths, config: config as JsonObject });
  }

  #readSequence(
    items: readonly Json[],
    place: Place & { readonly paths: readonly string[] },
  ): string {
    let before = place.reads?.[0];
    for (const [index, item] of items.entries()) {
      const { name, className, config } = layerOf(item);
      if (className === 'InputLayer') {
        before ??= this.#addInput(name, config);
        continue;
      }
      before ??= this.#addInput(`${name}_input`, config);
      const call = { reads: [before], named: {}, settings: {}, isMasked: false };
      before = this.#add(item, call, { ...place, path: place.paths[index] as string });
    }
    if (before === undefined) throw brokenModel('it has no layers');
    return before;
  }

  #readFunctional(
    items: readonly Json[],
    place: Place & { readonly paths: readonly string[]; readonly config: JsonObject },
  ): string {
    const { prefix, config, reads } = place;
    const inputs = historiesOf(config['input_layers'], 'input_layers');
    const outputs = historiesOf(config['output_layers'], 'output_layers');
    if (outputs.length > 1) {
      const found = `it has ${outputs.length} outputs, ${outputs.join(', ')}`;
      throw unsupportedModel(found, 'save a model with the one output that gives the classes');
    }
    if (reads && reads.length !== inputs.length) throw brokenModel('a nested model lacks inputs');
    const masks = new MaskOperations();
    for (const [index, item] of items.entries()) {
      const layer = layerOf(item);
      if (masks.take(item as JsonObject)) continue;
      const call = readCall((item as JsonObject)['inbound_nodes'], layer.name);
      if (call === null) {
        if (layer.className !== 'InputLayer') throw brokenModel(`"${layer.name}" reads nothing`);
        const at = inputs.indexOf(layer.name);
        const stands = reads ? (reads[at] as string) : this.#addInput(layer.name, layer.config);
        this.#known.set(prefix + layer.name, stands);
        continue;
      }
      const own = resolveCall(masks.strip(call), (name) => this.#resolve(prefix, name, layer.name));
      const output = this.#add(item, own, { ...place, path: place.paths[index] as string });
      this.#known.set(prefix + layer.name, output);
    }
    if (!reads) this.#orderInputs(inputs);
    return this.#resolve(prefix, outputs[0] as string, 'the output');
  }

  #resolve(prefix: string, name: string, reader: string): string {
    const found = this.#known.get(prefix + name);
    if (found !== undefined) return found;
    throw brokenModel(`"${reader}" reads "${name}", which does not come before it`);
  }

  /** As the model is called, not as its layers are listed. */
  #orderInputs(names: readonly string[]): void {
    const place = ({ name }: ForeignInput): number => names.indexOf(name);
    this.inputs.sort((one, other) => place(one) - place(other));
    if (this.inputs.some((input) => place(input) === -1)) throw brokenModel('an input is unused');
  }

  #addInput(name: string, config: JsonObject): string {
    const shape = config['batch_shape'] ?? config['batch_input_shape'] ?? config['batchInputShape'];
    const isSize = (size: Json): boolean => size === null || isCount(size);
    if (!Array.isArray(shape) || shape.length < 2 || !shape.every(isSize)) {
      const found = `input "${name}" has the shape ${JSON.stringify(shape ?? null)}`;
      throw unsupportedModel(found, 'build the model with an Input of a known shape');
    }
    this.inputs.push({ name, shape: shape.slice(1) as (number | null)[] });
    return name;
  }

  #add(item: Json, call: LayerCall, place: Place): string {
    const { name, className, config } = layerOf(item);
    const { prefix, path, depth } = place;
    if (MODELS.includes(className)) {
      const inner = { prefix: `${prefix}${name}/`, path: `${path}/`, reads: call.reads };
      return this.read(item, { ...inner, depth: depth + 1 });
    }
    refuseCode(item as JsonObject, name, className);
    if (this.layers.length >= MAX_LAYERS) throw brokenModel(`it has over ${MAX_LAYERS} layers`);
    const { settings, ...others } = call;
    const full = prefix + name;
    this.layers.push({ name: full, className, config, ...others, call: settings, path });
    return full;
  }
}

function modelOf(value: Json | undefined, { depth }: Place) {
  if (depth > MAX_NESTING) throw brokenModel(`models are nested deeper than ${MAX_NESTING}`);
  const { class_name: className, config } = isJsonObject(value) ? value : {};
  if (typeof className !== 'string' || (!isJsonObject(config) && !Array.isArray(config))) {
    throw brokenModel('it has no configuration of a model');
  }
  if (MODELS.includes(className)) return { className, config };
  throw unsupportedModel(
    `it is a ${className}, whose layers are Python code`,
    'build it as a Sequential or functional model, or export it as a SavedModel or as ONNX',
  );
}

function layerOf(item: Json) {
  const { class_name: className, config } = isJsonObject(item) ? item : {};
  if (typeof className !== 'string' || (!isJsonObject(config) && !Array.isArray(config))) {
    throw brokenModel('a layer has no class or no configuration');
  }
  const settings = isJsonObject(config) ? config : {};
  const name = (item as JsonObject)['name'] ?? settings['name'];
  if (typeof name === 'string' && name !== '') return { name, className, config: settings };
  throw brokenModel(`a layer of class ${className} has no name`);
}

function refuseCode(item: JsonObject, name: string, className: string): void {
  const { module = null, registered_name: registered = null } = item;
  const isOwn = typeof module !== 'string' || /^keras\.(src\.)?layers\b/.test(module);
  if (className === 'Lambda') {
    const found = `layer "${name}" is a Lambda: Python code, which is never run`;
    throw unsupportedModel(found, 'say it with layers, or export the model as ONNX');
  }
  if (isOwn && (registered === null || registered === className)) return;
  const found = `layer "${name}" is ${String(module ?? registered)}.${className}, no layer of Keras`;
  throw unsupportedModel(found, 'say it with layers, or export the model as ONNX');
}

const isCount = (value: Json): boolean => Number.isSafeInteger(value) && (value as number) > 0;

/** `[[name, 0, 0], …]`, or one of these alone, which Keras 3 writes. */
function historiesOf(value: Json | undefined, key: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw brokenModel(`it has no ${key}`);
  const list = typeof value[0] === 'string' ? [value] : (value as readonly Json[]);
  return list.map((item) => tensorName(item, key));
}

function resolveCall(call: LayerCall, resolve: (name: string) => string): LayerCall {
  const named = Object.entries(call.named).map(([key, name]) => [key, resolve(name)] as const);
  return { ...call, reads: call.reads.map(resolve), named: Object.fromEntries(named) };
}

/** `layers/<class>_<n>`, n counting those before it of its class. */
function pathsOf(items: readonly Json[], path: string): readonly string[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const kind = snakeCase(layerOf(item).className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return `${path}layers/${kind}${count === 0 ? '' : `_${count}`}`;
  });
}
