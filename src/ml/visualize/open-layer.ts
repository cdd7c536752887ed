/** What a layer of a network gives for rows. */
import type * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../errors.ts';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { Network } from '../network.ts';
import { runInBatches } from '../run-in-batches.ts';
import { cutNetwork } from '../transfer/cut-network.ts';

export interface OpenLayer {
  readonly name: string;
  /** Of what it gives for one row. */
  readonly shape: readonly number[];
  /** @returns `[rows, ...shape]`, row after row. */
  values(x: Float32Array, rows: number): Promise<Float32Array>;
  /** The same, differentiable by `x`: `[rows, values]`; the caller disposes. */
  trace(x: tf.Tensor): tf.Tensor2D;
  dispose(): void;
}

/**
 * @param layer  its name.
 * @throws PipelineError `SPEC_INVALID` for an unknown layer.
 */
export function openLayer(network: Network, layer: string): OpenLayer {
  const { architecture, shapes } = network;
  const cut = cutNetwork({
    architecture: { ...architecture, classes: 1 },
    weights: network.weights(),
    layer,
    ending: () => ({ type: 'flatten' }),
  });
  const trace = (x: tf.Tensor): tf.Tensor2D => cut.logits(x);
  return {
    name: layer,
    shape: shapes.find(({ name }) => name === layer)?.outputShape ?? [],
    values: (x, rows) => runInBatches({ network: cut, compute: trace, x, rows }),
    trace,
    dispose: () => cut.dispose(),
  };
}

/**
 * @returns the name of the first layer of these types.
 * @throws PipelineError `MODEL_UNSUPPORTED` where the network has none.
 */
export function firstOfType(network: Network, types: readonly LayerSpec['type'][]): string {
  const { architecture, shapes } = network;
  const index = architecture.layers.findIndex(({ type }) => types.includes(type));
  const name = shapes[index]?.name;
  if (name !== undefined) return name;
  const found = [...new Set(architecture.layers.map(({ type }) => type))].join(', ');
  throw new PipelineError(
    'MODEL_UNSUPPORTED',
    `the model has no layer of type ${types.join(' or ')}; it has ${found}`,
    { remedy: 'leave the picture out, or name a layer with `layer`' },
  );
}
