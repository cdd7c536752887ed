import * as tf from '@tensorflow/tfjs';
import { PipelineError } from '../../errors.ts';
import { runGraph } from '../architectures/run-graph.ts';
import type { Network } from '../network.ts';

export interface AttentionShares {
  readonly heads: number;
  /** Steps that look, and steps that are looked at. */
  readonly steps: number;
  readonly valueSteps: number;
  /** `[heads, steps, valueSteps]`; what a step sees of all sums to 1. */
  readonly values: Float32Array;
}

/**
 * What each step of an attention layer sees of each other step of one row.
 *
 * @param x      the row.
 * @param layer  its name.
 * @throws PipelineError `SPEC_INVALID` where the layer is not there or of another type.
 */
export function attentionShares(
  network: Network,
  { x, layer }: { readonly x: Float32Array; readonly layer: string },
): AttentionShares {
  const { architecture, shapes } = network;
  const wanted = shapes.findIndex(({ name }) => name === layer);
  const type = architecture.layers[wanted]?.type;
  if (type !== 'multiHeadAttention') {
    const found = wanted < 0 ? 'there is no such layer' : `it is of type ${type}`;
    throw new PipelineError('SPEC_INVALID', `attention-map: the layer "${layer}": ${found}`, {
      remedy: 'name a layer of type multiHeadAttention, or leave `layer` out',
    });
  }
  let found: AttentionShares | undefined;
  tf.tidy(() => {
    runGraph({
      architecture,
      shapes,
      x: tf.tensor(x, [1, ...architecture.inputShape]),
      weights: network.weightTensors().map(({ tensor }) => tensor),
      training: undefined,
      moveStatistic: () => undefined,
      onShares(index, shares) {
        if (index !== wanted) return;
        const [, heads, steps, valueSteps] = shares.shape;
        found = { heads, steps, valueSteps, values: shares.dataSync<'float32'>().slice() };
      },
    });
  });
  if (found?.values.every(Number.isFinite)) return found;
  throw new PipelineError('MODEL_INVALID', `the layer "${layer}" gives values that are not finite`);
}
