/** The architecture of a transfer: layers of a base, and a new head on them. */
import { suggest } from '../../did-you-mean.ts';
import { PipelineError } from '../../errors.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { inferLayers, inputsOf, type LayerShape } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';

export interface TransferPlan {
  readonly base: Architecture;
  /** Name of the last layer that is kept. @default the one that the base's output reads */
  readonly cutAt?: string | undefined;
  readonly head: { readonly hidden: readonly number[]; readonly dropout: number };
  /** Of the new output. */
  readonly classes: number;
  /** Of the initial weights of the head. */
  readonly seed: number;
}

export interface TransferArchitecture {
  /** The kept layers come first, under the names that they have in the base. */
  readonly architecture: Architecture;
  /** Of each kept layer, its index in the base. */
  readonly kept: readonly number[];
}

/**
 * Keeps what the cut layer is computed from. Its output is averaged over places or steps where it
 * has any, then come the hidden layers and the output.
 *
 * @throws PipelineError `SPEC_INVALID` for an unknown layer; `ARCHITECTURE_INVALID` for a base
 * without a layer below its output.
 */
export function drawTransfer({
  base,
  cutAt,
  head,
  ...options
}: TransferPlan): TransferArchitecture {
  const { classes, seed } = options;
  const shapes = inferLayers({ inputs: inputsOf(base), layers: base.layers });
  const cut = cutAt === undefined ? belowOutput(shapes) : indexOfLayer(cutAt, shapes);
  const kept = ancestorsOf(cut, shapes);
  const taken = kept.map((index) => takeLayer(index, { base, shapes }));
  const { name, outputShape } = shapes[cut] as LayerShape;
  const on = drawHead({ ...head, rank: outputShape.length, classes }, taken);
  // The first layer of the head may not stand right behind the layer that it reads.
  const [first, ...rest] = on as [LayerSpec, ...LayerSpec[]];
  const layers = [...taken, { ...first, inputs: [name] }, ...rest];
  return { architecture: { ...base, classes, layers, seed }, kept };
}

function belowOutput(shapes: readonly LayerShape[]): number {
  const [source] = (shapes.at(-1) as LayerShape).sources;
  if (source && 'layer' in source) return source.layer;
  throw new PipelineError('ARCHITECTURE_INVALID', 'the base has no layer below its output', {
    remedy: 'transfer from a network with hidden layers',
  });
}

function indexOfLayer(name: string, shapes: readonly LayerShape[]): number {
  const names = shapes.map((shape) => shape.name);
  const index = names.indexOf(name);
  if (index >= 0) return index;
  throw new PipelineError('SPEC_INVALID', `cutAt: the base has no layer "${name}"`, {
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

/** With its name and sources written out: both would follow from neighbours that may be gone. */
function takeLayer(
  index: number,
  { base, shapes }: { readonly base: Architecture; readonly shapes: readonly LayerShape[] },
): LayerSpec {
  const { name, sources } = shapes[index] as LayerShape;
  const inputs = sources.map((source) =>
    'input' in source
      ? (inputsOf(base)[source.input]?.name as string)
      : (shapes[source.layer] as LayerShape).name,
  );
  return { ...(base.layers[index] as LayerSpec), name, inputs };
}

interface Head {
  readonly hidden: readonly number[];
  readonly dropout: number;
  /** Of what it reads, without the rows. */
  readonly rank: number;
  readonly classes: number;
}

function drawHead(
  { hidden, dropout, rank, classes }: Head,
  taken: readonly LayerSpec[],
): readonly LayerSpec[] {
  const prefix = freePrefix(taken.map(({ name = '' }) => name));
  const drop = (at: number): LayerSpec[] =>
    dropout > 0 ? [{ type: 'dropout', rate: dropout, name: `${prefix}_dropout_${at}` }] : [];
  const pool: LayerSpec[] =
    rank < 2
      ? []
      : [
          {
            type: rank === 2 ? 'globalAveragePooling1d' : 'globalAveragePooling2d',
            name: `${prefix}_pool`,
          },
        ];
  return [
    ...pool,
    ...drop(0),
    ...hidden.flatMap((units, index): LayerSpec[] => [
      { type: 'dense', units, activation: 'relu', name: `${prefix}_${index + 1}` },
      ...drop(index + 1),
    ]),
    { type: 'dense', units: classes, activation: 'softmax', name: prefix },
  ];
}

/** A base may be a transfer itself. */
function freePrefix(names: readonly string[]): string {
  let prefix = 'head';
  for (let count = 2; names.some((name) => name.split('_')[0] === prefix); count += 1) {
    prefix = `head${count}`;
  }
  return prefix;
}
