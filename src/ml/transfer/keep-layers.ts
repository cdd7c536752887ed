/** The layers of a network that a layer of it is computed from. */
import { suggest } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { inferLayers, inputsOf, type LayerShape } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';

export interface Keeping {
  readonly base: Architecture;
  /** Name of the last layer that is kept. @default the one that the base's output reads */
  readonly cutAt?: string | undefined;
  /** The key that names it, as a message says it. @default cutAt */
  readonly key?: string;
  /** Of the names of kept layers. @default none */
  readonly prefix?: string;
}

export interface KeptLayers {
  /** With names and inputs written out: both would follow from neighbours that may be gone. */
  readonly layers: readonly LayerSpec[];
  /** Of each layer, its index in the base. */
  readonly kept: readonly number[];
  /** The last of them. */
  readonly top: { readonly name: string; readonly rank: number };
}

/**
 * @throws PipelineError `SPEC_INVALID` for an unknown layer; `ARCHITECTURE_INVALID` for a base
 * without a layer below its output.
 */
export function keepLayers({ base, cutAt, key = 'cutAt', prefix = '' }: Keeping): KeptLayers {
  const shapes = inferLayers({ inputs: inputsOf(base), layers: base.layers });
  const cut = cutAt === undefined ? belowOutput(shapes) : indexOfLayer(cutAt, { key, shapes });
  const kept = ancestorsOf(cut, shapes);
  const nameOf = (index: number) => `${prefix}${(shapes[index] as LayerShape).name}`;
  const layers = kept.map((index): LayerSpec => {
    const inputs = (shapes[index] as LayerShape).sources.map((source) =>
      'input' in source ? (inputsOf(base)[source.input]?.name as string) : nameOf(source.layer),
    );
    return { ...(base.layers[index] as LayerSpec), name: nameOf(index), inputs };
  });
  const rank = (shapes[cut] as LayerShape).outputShape.length;
  return { layers, kept, top: { name: nameOf(cut), rank } };
}

function belowOutput(shapes: readonly LayerShape[]): number {
  const [source] = (shapes.at(-1) as LayerShape).sources;
  if (source && 'layer' in source) return source.layer;
  throw new PipelineError('ARCHITECTURE_INVALID', 'the base has no layer below its output', {
    remedy: 'transfer from a network with hidden layers',
  });
}

interface NamedLayers {
  readonly key: string;
  readonly shapes: readonly LayerShape[];
}

function indexOfLayer(name: string, { key, shapes }: NamedLayers): number {
  const names = shapes.map((shape) => shape.name);
  const index = names.indexOf(name);
  if (index >= 0) return index;
  throw new PipelineError('SPEC_INVALID', `${key}: the base has no layer "${name}"`, {
    remedy: suggest(name, names, 'layers'),
  });
}

/** The layer and all that it is computed from, in order. */
function ancestorsOf(cut: number, shapes: readonly LayerShape[]): readonly number[] {
  const found = new Set<number>();
  const open = [cut];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    found.add(index);
    for (const source of (shapes[index] as LayerShape).sources) {
      if ('layer' in source) open.push(source.layer);
    }
  }
  return [...found].sort((a, b) => a - b);
}
