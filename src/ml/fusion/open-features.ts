/** A network up to one of its layers, as values that a chain passes. */
import type * as tf from '@tensorflow/tfjs';
import { productOf } from '../architectures/infer-shapes.ts';
import type { Architecture } from '../model.ts';
import { runInBatches } from '../run-in-batches.ts';
import { cutNetwork } from '../transfer/cut-network.ts';
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
  const network = cutNetwork({ architecture, weights, layer, ending: flattening });
  const trace = (x: tf.Tensor): tf.Tensor2D => network.logits(x);
  return {
    inputShape: architecture.inputShape,
    width: productOf(network.shapes.at(-1)?.outputShape ?? []),
    predict: (x, rows) => runInBatches({ network, compute: trace, x, rows }),
    trace,
    dispose: () => network.dispose(),
  };
}
