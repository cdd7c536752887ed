/**
 * Whether a network can write a text token after token: what it says at a place may depend on the
 * source and on the target up to there, and on nothing behind. Otherwise it would learn to copy the
 * answer that training gives it, and could not be asked for the next token of a beginning.
 */
import type { InputSpec, LayerSpec } from './layer-spec.ts';
import type { LayerFault } from './shape.ts';
import { type Wire, wireLayers } from './wire-layers.ts';

/** The name of the input that has what is written so far. */
export const TARGET_INPUT = 'target';

export interface WritingGraph {
  readonly inputs: readonly Pick<InputSpec, 'name'>[];
  /** That `inferGraph` finds no fault with. */
  readonly layers: readonly LayerSpec[];
}

/** @returns the first layer that looks ahead, or the last one where the target is never read. */
export function faultOfWriting(
  graph: WritingGraph,
): { readonly fault: LayerFault; readonly index: number } | undefined {
  const { layers } = graph;
  const reads = readersOfTarget(graph);
  for (const [index, layer] of layers.entries()) {
    const found = faultOfLayer(layer, reads[index] as Reads);
    if (found !== undefined) return { fault: faultFor(found), index };
  }
  const last = layers.length - 1;
  if (last >= 0 && reads[last]?.some(Boolean)) return undefined;
  return { fault: faultFor(`does not depend on the input "${TARGET_INPUT}"`), index: last };
}

/** Of each input of a layer: whether it depends on the target. */
type Reads = readonly boolean[];

/** @returns for each layer, what it reads of the target; of no input true: it belongs to the source. */
export function readersOfTarget({ inputs, layers }: WritingGraph): readonly Reads[] {
  const names = inputs.map(({ name }) => name);
  const target = names.indexOf(TARGET_INPUT);
  const wiring = wireLayers(layers, names);
  const wires: readonly Wire[] = 'wires' in wiring ? wiring.wires : [];
  const reads: Reads[] = [];
  for (const { sources } of wires) {
    reads.push(
      sources.map((source) =>
        'input' in source ? source.input === target : (reads[source.layer] as Reads).some(Boolean),
      ),
    );
  }
  return reads;
}

function faultOfLayer(layer: LayerSpec, reads: Reads): string | undefined {
  if (!reads.some(Boolean)) return undefined;
  switch (layer.type) {
    case 'dense':
    case 'dropout':
    case 'activation':
    case 'embedding':
    case 'positionalEncoding':
    case 'layerNormalization':
    case 'batchNormalization':
      return undefined;
    case 'add':
    case 'multiply':
    case 'concatenate':
      return reads.every(Boolean)
        ? undefined
        : 'joins places of the source to places of the target';
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      if (layer.reverse) return 'reads the target from its end';
      return layer.returnSequences ? undefined : 'keeps the last place of the target alone';
    case 'conv1d':
      return layer.padding === 'causal' && layer.strides === 1
        ? undefined
        : 'sees places of the target that come later';
    case 'multiHeadAttention':
      return layer.causal || !reads.at(-1)
        ? undefined
        : 'sees places of the target that come later';
    default:
      return 'mixes the places of the target';
  }
}

const faultFor = (found: string): LayerFault => ({
  code: 'ARCHITECTURE_INVALID',
  found: `${found}, but the network writes the target token after token`,
  remedy: 'let what reads the target look back alone: causal attention, forward recurrent layers',
});
