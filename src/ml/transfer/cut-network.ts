import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { Architecture } from '../model.ts';
import { Network } from '../network.ts';
import { keepLayers } from './keep-layers.ts';
import { transferWeights } from './transfer-weights.ts';

export interface NetworkCut {
  readonly architecture: Architecture;
  /** All of the network, in layer order. */
  readonly weights: Float32Array;
  /** The name of the last layer that is kept. */
  readonly layer: string;
  /** What makes a vector of its values. @param rank  of them, without the rows. */
  readonly ending: (rank: number) => LayerSpec;
}

/**
 * A network up to one of its layers: its `logits` are the layer's values.
 *
 * @returns owned by the caller.
 * @throws PipelineError `SPEC_INVALID` for an unknown layer; `MODEL_INVALID` for weights that do not fit.
 */
export function cutNetwork({ architecture, weights, layer, ending }: NetworkCut): Network {
  // The prefix keeps the names from the last layer's, which has none of its own.
  const { layers, kept, top } = keepLayers({
    base: architecture,
    cutAt: layer,
    key: 'layer',
    prefix: 'first_',
  });
  const last = { ...ending(top.rank), inputs: [top.name] };
  const cut = { ...architecture, layers: [...layers, last] };
  const from = new Network(architecture, weights);
  try {
    const values = kept.reduce((sum, index) => sum + (from.shapes[index]?.parameters ?? 0), 0);
    const network = new Network(cut, new Float32Array(values));
    transferWeights({ from, to: network, kept });
    return network;
  } finally {
    from.dispose();
  }
}
