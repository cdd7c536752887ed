/** One network of several: their layers side by side, and a new head on all their last features. */
import { PipelineError } from '../../errors.ts';
import { canonicalJson, type Json } from '../../json.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { inputsOf } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';
import { drawHead } from '../transfer/draw-head.ts';
import { keepLayers } from '../transfer/keep-layers.ts';
import { flattening } from './flattening.ts';

export interface FeatureJoin {
  /** At least two. */
  readonly members: readonly Architecture[];
  readonly head: { readonly hidden: readonly number[]; readonly dropout: number };
  /** Of the initial weights of the head. */
  readonly seed: number;
}

export interface JoinedArchitecture {
  /** The layers of the members come first, one member after the other. */
  readonly architecture: Architecture;
  /** Of each member, the indices of its layers that are kept. */
  readonly kept: readonly (readonly number[])[];
  /** Layers before the head. */
  readonly below: number;
}

/** @throws PipelineError `SHAPE_MISMATCH` for members that read the row otherwise; as `keepLayers`. */
export function joinFeatures({ members, head, seed }: FeatureJoin): JoinedArchitecture {
  const [first] = members as [Architecture, ...Architecture[]];
  requireSameInputs(members);
  const kept = members.map((base, index) => keepLayers({ base, prefix: `m${index + 1}_` }));
  const blocks = kept.map(({ layers, top }, index): LayerSpec[] => [
    ...layers,
    {
      ...flattening(top.rank),
      name: `m${index + 1}_features`,
      inputs: [top.name],
    },
  ]);
  const below = blocks.flat();
  const joint: LayerSpec = {
    type: 'concatenate',
    name: 'features',
    inputs: blocks.map((block) => block.at(-1)?.name as string),
  };
  const taken = [...below, joint];
  const layers = [...taken, ...drawHead({ ...head, rank: 1, classes: first.classes }, taken)];
  return {
    architecture: { ...first, layers, seed },
    kept: kept.map((member) => member.kept),
    below: taken.length,
  };
}

function requireSameInputs(members: readonly Architecture[]): void {
  const inputs = members.map((member) => canonicalJson(inputsOf(member) as unknown as Json));
  const index = inputs.findIndex((found) => found !== inputs[0]);
  if (index < 0) return;
  const message = `fuse: member ${index + 1} divides the row into other inputs than member 1`;
  throw new PipelineError('SHAPE_MISMATCH', message, {
    remedy: 'join networks that were drawn for one data set in one family',
  });
}
