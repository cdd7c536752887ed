/** A layer from outside — of a stored architecture or of a pipeline — to a checked one. */
import { suggest } from '../did-you-mean.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { KeyCheck } from './layer-rule.ts';
import { LAYER_RULES } from './layer-rules.ts';
import type { LayerSpec, LayerType } from './layer-spec.ts';
import { CELL_DEFAULTS } from './recurrent-rules.ts';

/** Of a stored layer: every key of its type must be there. `problem` continues "layer 3 ". */
export type ReadLayer = { readonly layer: LayerSpec } | { readonly problem: string };

const isName: KeyCheck = (value) => typeof value === 'string' && value.length > 0;
const COMMON = {
  name: isName,
  inputs: (value: Json | undefined) =>
    Array.isArray(value) && value.length > 0 && value.every(isName),
} as const;

export function readLayer(value: Json): ReadLayer {
  const type = isJsonObject(value) ? value['type'] : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(LAYER_RULES, type)) {
    const hint =
      typeof type === 'string' ? `; ${suggest(type, Object.keys(LAYER_RULES), 'types')}` : '';
    return { problem: `has the unknown type ${JSON.stringify(type)}${hint}` };
  }
  const given = value as JsonObject;
  const { keys, optional } = LAYER_RULES[type as LayerType];
  const others: Readonly<Record<string, KeyCheck>> = { ...COMMON, ...optional };
  for (const [key, item] of Object.entries(given)) {
    if (key === 'type' || Object.hasOwn(keys, key)) continue;
    if (!Object.hasOwn(others, key)) {
      return { problem: `(${type}) has the unknown key ${JSON.stringify(key)}` };
    }
    if (!others[key]?.(item)) {
      return { problem: `(${type}) has ${key} ${JSON.stringify(item)}` };
    }
  }
  const wrong = Object.entries(keys).find(([key, check]) => !check(given[key]));
  if (wrong) {
    return { problem: `(${type}) has ${wrong[0]} ${JSON.stringify(given[wrong[0]])}` };
  }
  // Every key was checked above against the type's own list.
  return { layer: given as unknown as LayerSpec };
}

export interface LayerDefaults {
  /** Where a dense or convolutional layer names none. */
  readonly activation: string;
  /** Number of token ids; NaN where it is not known yet. */
  readonly vocabulary: number;
}

/** Puts in what an author may leave out, as the stored layer has all of it. */
export function completeLayer(given: JsonObject, defaults: LayerDefaults): JsonObject {
  const type = given['type'];
  if (typeof type !== 'string' || !Object.hasOwn(LAYER_RULES, type)) return given;
  const { keys, defaults: own } = LAYER_RULES[type as LayerType];
  const shared = Object.entries({ ...defaults }).filter(([key]) => Object.hasOwn(keys, key));
  const layer = { ...Object.fromEntries(shared), ...own, ...given };
  return type === 'bidirectional'
    ? { ...layer, layer: completeCell(layer['layer'] as Json) }
    : layer;
}

function completeCell(cell: Json): Json {
  if (!isJsonObject(cell)) return cell;
  const type = cell['type'];
  if (typeof type !== 'string' || !Object.hasOwn(CELL_DEFAULTS, type)) return cell;
  return { ...CELL_DEFAULTS[type as keyof typeof CELL_DEFAULTS], ...cell };
}
