/** Reads what a foreign layer is set to, and refuses what ours cannot be. */
import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';
import type { Activation, RecurrentActivation } from '../../../layers/layer-spec.ts';
import type { ForeignLayer } from '../foreign-graph.ts';
import { brokenModel, unsupportedModel } from '../import-fault.ts';

const ACTIVATIONS: readonly string[] = [
  'relu',
  'tanh',
  'sigmoid',
  'elu',
  'gelu',
  'softmax',
  'linear',
] satisfies Activation[];
const OF_RECURRENT: readonly string[] = [
  'tanh',
  'relu',
  'sigmoid',
  'linear',
] satisfies RecurrentActivation[];

type Setting = Json | undefined;

export class LayerSettings {
  readonly label: string;
  readonly #name: string;
  readonly #config: JsonObject;

  constructor({ name, className, config }: Pick<ForeignLayer, 'name' | 'className' | 'config'>) {
    this.#name = name;
    this.label = `layer "${name}" (${className})`;
    this.#config = config;
  }

  /** Of a layer that is one of these settings. */
  inner(config: JsonObject, className: string): LayerSettings {
    return new LayerSettings({ name: this.#name, className, config });
  }

  get(key: string): Setting {
    return this.#config[key];
  }

  /** @throws PipelineError `MODEL_INVALID` if it is no positive integer. */
  size(key: string): number {
    const value = this.#config[key];
    if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
    throw brokenModel(`${this.label} has ${key} ${JSON.stringify(value ?? null)}`);
  }

  /** The same number for each axis, written once or for each. */
  side(key: string): number {
    const value = this.#config[key];
    const sides = (Array.isArray(value) ? value : [value]) as readonly Setting[];
    const [side] = sides;
    if (!Number.isSafeInteger(side) || (side as number) < 1) {
      throw brokenModel(`${this.label} has ${key} ${JSON.stringify(value ?? null)}`);
    }
    if (sides.every((other) => other === side)) return side as number;
    throw this.refuse(key, 'the same size on each axis');
  }

  /** @returns whether it is set; absent is `otherwise`. */
  flag(key: string, otherwise: boolean): boolean {
    const value = this.#config[key] ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw brokenModel(`${this.label} has ${key} ${JSON.stringify(value)}`);
  }

  number(key: string): number {
    const value = this.#config[key];
    if (typeof value === 'number') return value;
    throw brokenModel(`${this.label} has ${key} ${JSON.stringify(value ?? null)}`);
  }

  /** @throws PipelineError `MODEL_UNSUPPORTED` unless the value is one of these, or absent. */
  only(key: string, ...allowed: readonly Json[]): void {
    const value = this.#config[key];
    if (value === undefined || allowed.some((one) => isSame(one, value))) return;
    throw this.refuse(key, allowed.map((one) => JSON.stringify(one)).join(' or '));
  }

  activation(key = 'activation'): Activation {
    return this.#activation(key, ACTIVATIONS) as Activation;
  }

  recurrentActivation(): RecurrentActivation {
    return this.#activation('activation', OF_RECURRENT) as RecurrentActivation;
  }

  refuse(key: string, needed: string): Error {
    const found = `${this.label} has ${key} ${JSON.stringify(this.#config[key] ?? null)}`;
    return unsupportedModel(
      `${found}; what can be imported is ${needed}`,
      'change the layer, or export the model as ONNX or as a SavedModel',
    );
  }

  /** A name, or Keras 3's record of a function. */
  #activation(key: string, known: readonly string[]): string {
    const value = this.#config[key] ?? 'linear';
    const name =
      isJsonObject(value) && value['class_name'] === 'function' ? value['config'] : value;
    if (typeof name === 'string' && known.includes(name)) return name;
    throw this.refuse(key, known.join(', '));
  }
}

const isSame = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);
