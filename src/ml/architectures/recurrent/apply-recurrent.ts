/** Recurrent layers: puts the steps in the order in which they are read, and the outputs back. */
import * as tf from '@tensorflow/tfjs';
import type {
  BidirectionalBody,
  RecurrentBody,
  RecurrentCell,
} from '../../../layers/layer-spec.ts';
import type { LayerCall } from '../layer-call.ts';
import type { MaybeMask } from '../sequence-mask.ts';
import { runGru } from './gru.ts';
import { runLstm } from './lstm.ts';
import { runSimpleRnn } from './simple-rnn.ts';
import { planReading, type Reading, type ReadingOptions } from './plan-reading.ts';

interface Sequence {
  /** `[rows, steps, features]`. */
  readonly x: tf.Tensor3D;
  readonly mask: MaybeMask;
  readonly weights: readonly tf.Tensor[];
  readonly atPadding: ReadingOptions['atPadding'];
}

/** At padding the state stays as it was, so an output there is that of the step before. */
export function applyRecurrent({ layer, x, masks, weights }: LayerCall<RecurrentBody>): tf.Tensor {
  return runLayer(layer, { x: x as tf.Tensor3D, mask: masks[0], weights, atPadding: 'hold' });
}

/** Outputs at padding are 0, as Keras has it. */
export function applyBidirectional(call: LayerCall<BidirectionalBody>): tf.Tensor {
  const { x, masks, weights } = call;
  const { layer, merge } = call.layer;
  const half = weights.length / 2;
  const run = (reverse: boolean): tf.Tensor =>
    runLayer(
      { ...layer, reverse },
      {
        x: x as tf.Tensor3D,
        mask: masks[0],
        weights: reverse ? weights.slice(half) : weights.slice(0, half),
        atPadding: 'zero',
      },
    );
  const [forward, backward] = [run(false), run(true)];
  return merge === 'concat' ? tf.concat([forward, backward], -1) : tf.add(forward, backward);
}

/** @returns `[rows, steps, units]`, or `[rows, units]` of the last step read. */
function runLayer(layer: RecurrentBody, { x, mask, weights, atPadding }: Sequence): tf.Tensor {
  const reading = planReading(mask, { reverse: layer.reverse, atPadding });
  const ordered = tf.transpose(orderSteps(x, reading, layer.reverse), [1, 0, 2]);
  // [steps read, rows, units]
  const states = runCell(layer, ordered, weights);
  if (layer.returnSequences) {
    const byRow = tf.transpose(states, [1, 0, 2]);
    if (reading) return reading.outputs(byRow);
    return layer.reverse ? tf.reverse(byRow, 1) : byRow;
  }
  if (reading) return tf.sum(tf.mul(states, reading.last()), 0);
  return tf.squeeze(tf.slice(states, [states.shape[0] - 1, 0, 0], [1, -1, -1]), [0]);
}

function orderSteps(x: tf.Tensor3D, reading: Reading | undefined, reverse: boolean): tf.Tensor3D {
  if (!reading) return reverse ? tf.reverse(x, 1) : x;
  return reading.order(x);
}

/** @returns `[steps, rows, units]`, the state after each step. */
function runCell(cell: RecurrentCell, x: tf.Tensor3D, weights: readonly tf.Tensor[]): tf.Tensor3D {
  const [kernel, recurrentKernel, bias] = weights as [tf.Tensor2D, tf.Tensor2D, tf.Tensor];
  const input = { x, kernel, recurrentKernel, bias };
  switch (cell.type) {
    case 'simpleRnn':
      return runSimpleRnn(input, cell.activation);
    case 'lstm':
      return runLstm(input);
    case 'gru':
      return runGru(input);
  }
}
