/** Which layer reads what: names to positions. */
import { suggest } from '../did-you-mean.ts';
import { LAYER_RULES } from './layer-rules.ts';
import type { LayerSpec } from './layer-spec.ts';
import type { LayerFault } from './shape.ts';

/** Where a value comes from: an input, or a layer before, each by its index. */
export type Source = { readonly input: number } | { readonly layer: number };

export interface Wire {
  readonly name: string;
  readonly sources: readonly Source[];
}

export type Wiring =
  { readonly wires: readonly Wire[] } | { readonly fault: LayerFault; readonly index: number };

/**
 * Layers stand in the order in which they are computed, so there are no cycles: a name that is
 * not yet defined is a fault.
 *
 * @param inputs  names of the network's inputs, at least one.
 */
export function wireLayers(layers: readonly LayerSpec[], inputs: readonly string[]): Wiring {
  const places = new Map<string, Source>(inputs.map((name, input) => [name, { input }]));
  const names = nameLayers(layers);
  const read = new Set<number>();
  const wires: Wire[] = [];
  for (const [index, layer] of layers.entries()) {
    const name = names[index] as string;
    const sources = sourcesOf(layer, index, { places, names });
    if ('found' in sources) return { fault: sources, index };
    if (places.has(name)) {
      const found = `is named "${name}", as another layer or an input is`;
      return { fault: { code: 'ARCHITECTURE_INVALID', found, key: 'name' }, index };
    }
    for (const source of sources) if ('layer' in source) read.add(source.layer);
    places.set(name, { layer: index });
    wires.push({ name, sources });
  }
  const idle = layers.findIndex((_, index) => index < layers.length - 1 && !read.has(index));
  if (idle === -1) return { wires };
  const fault: LayerFault = {
    code: 'ARCHITECTURE_INVALID',
    found: 'is read by no other layer',
    remedy: `name "${names[idle]}" among the inputs of a later layer, or remove it`,
  };
  return { fault, index: idle };
}

function nameLayers(layers: readonly LayerSpec[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ type, name }) => {
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    return name ?? `${type}_${count}`;
  });
}

interface Known {
  readonly places: ReadonlyMap<string, Source>;
  readonly names: readonly string[];
}

function sourcesOf(layer: LayerSpec, index: number, known: Known): readonly Source[] | LayerFault {
  const before: Source = index === 0 ? { input: 0 } : { layer: index - 1 };
  const { least, most } = LAYER_RULES[layer.type].arity ?? { least: 1, most: 1 };
  const count = layer.inputs?.length ?? 1;
  if (count < least || count > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    const found = `takes ${wanted} inputs and has ${count}`;
    return { code: 'ARCHITECTURE_INVALID', found, ...(layer.inputs && { key: 'inputs' }) };
  }
  const sources: Source[] = [];
  for (const name of layer.inputs ?? []) {
    const source = known.places.get(name);
    if (!source) return unknownName(name, index, known);
    sources.push(source);
  }
  return layer.inputs ? sources : [before];
}

function unknownName(name: string, index: number, { places, names }: Known): LayerFault {
  const code = 'ARCHITECTURE_INVALID';
  const later = names.indexOf(name);
  if (later === index) return { code, found: `reads "${name}", which is itself`, key: 'inputs' };
  if (later > index) {
    const found = `reads "${name}", which comes after it, as layer ${later}`;
    return { code, found, key: 'inputs', remedy: 'put a layer after those that it reads' };
  }
  const remedy = suggest(name, [...places.keys()], 'layers and inputs before it');
  return { code, found: `reads "${name}", which is no layer or input`, key: 'inputs', remedy };
}
