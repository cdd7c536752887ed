/** A network up to one of its layers, as values that a chain passes. */
import type * as tf from '@tensorflow/tfjs';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';
import { Network } from '../network.ts';
import { runInBatches } from '../run-in-batches.ts';
import { keepLayers } from '../transfer/keep-layers.ts';
import { transferWeights } from '../transfer/transfer-weights.ts';
import type { PassedValues } from './chain-classifier.ts';
import { flattening } from './flattening.ts';

/**
 * A layer over places or steps passes its mean over them.
 *
 * @param weights  all of the network, in layer order.
 * @param layer    its name.
 * @throws PipelineError `SPEC_INVALID` for an unknown layer; `MODEL_INVALID` for weights that do not fit.
 */
export function openFeatures(
  architecture: Architecture,
  weights: Float32Array,
  layer: string,
): PassedValues {
  // The prefix keeps the names from the last layer's, which has none of its own.
  const { layers, kept, top } = keepLayers({ base: architecture, cutAt: layer, prefix: 'first_' });
  const last = { ...flattening(top.rank), inputs: [top.name] };
  const cut = { ...architecture, layers: [...layers, last] };
  const from = new Network(architecture, weights);
  const network = takeLayers(cut, from, kept);
  const trace = (x: tf.Tensor): tf.Tensor2D => network.logits(x);
  return {
    inputShape: architecture.inputShape,
    width: productOf(network.shapes.at(-1)?.outputShape ?? []),
    predict: (x, rows) => runInBatches({ network, compute: trace, x, rows }),
    trace,
    dispose: () => network.dispose(),
  };
}

function takeLayers(cut: Architecture, from: Network, kept: readonly number[]): Network {
  try {
    const values = kept.reduce((sum, index) => sum + (from.shapes[index]?.parameters ?? 0), 0);
    const network = new Network(cut, new Float32Array(values));
    transferWeights({ from, to: network, kept });
    return network;
  } finally {
    from.dispose();
  }
}
