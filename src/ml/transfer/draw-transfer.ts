/** The architecture of a transfer: layers of a base, and a new head on them. */
import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { Architecture } from '../model.ts';
import { drawHead } from './draw-head.ts';
import { keepLayers } from './keep-layers.ts';

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
 * Keeps what the cut layer is computed from, and draws a head on it.
 *
 * @throws PipelineError as `keepLayers`.
 */
export function drawTransfer({
  base,
  cutAt,
  head,
  classes,
  seed,
}: TransferPlan): TransferArchitecture {
  const { layers: taken, kept, top } = keepLayers({ base, cutAt });
  const drawn = drawHead({ ...head, rank: top.rank, classes }, taken);
  // The first layer of the head may not stand right behind the layer that it reads.
  const [first, ...rest] = drawn as [LayerSpec, ...LayerSpec[]];
  const layers = [...taken, { ...first, inputs: [top.name] }, ...rest];
  return { architecture: { ...base, classes, layers, seed }, kept };
}
