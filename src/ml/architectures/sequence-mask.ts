/**
 * Which steps of each row are there, and which are padding. Kept as plain numbers: layers that pass
 * over padding decide by it what to compute. A mask without padding is `undefined`.
 */
import * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../layers/layer-spec.ts';

export interface SequenceMask {
  readonly rows: number;
  readonly length: number;
  /** `[rows, length]`, 1 where the step is there, 0 where it is padding. */
  readonly values: Uint8Array;
}

export type MaybeMask = SequenceMask | undefined;

/** @returns `undefined` if every step is there. */
export function maskOf(values: Uint8Array, rows: number): MaybeMask {
  return values.includes(0) ? { rows, length: values.length / rows, values } : undefined;
}

/** `[rows, length]`, 0 and 1. */
export function maskTensor({ values, rows, length }: SequenceMask): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from(values), [rows, length]);
}

/**
 * The mask of what a layer gives, as Keras has it: layers that keep steps apart pass it on, the
 * others end it. An embedding makes its own.
 *
 * @param masks  of the layer's inputs.
 */
export function maskAfter(layer: LayerSpec, masks: readonly MaybeMask[]): MaybeMask {
  switch (layer.type) {
    case 'dense':
    case 'dropout':
    case 'activation':
    case 'batchNormalization':
    case 'layerNormalization':
    case 'positionalEncoding':
    case 'multiHeadAttention':
      return masks[0];
    case 'simpleRnn':
    case 'lstm':
    case 'gru':
      return layer.returnSequences ? masks[0] : undefined;
    case 'bidirectional':
      return layer.layer.returnSequences ? masks[0] : undefined;
    case 'add':
    case 'multiply':
      return joinMasks(masks, 'any');
    case 'concatenate':
      return joinMasks(masks, 'all');
    default:
      return undefined;
  }
}

/** A step is there if it is in any of the inputs, or in all of them. */
function joinMasks(masks: readonly MaybeMask[], rule: 'any' | 'all'): MaybeMask {
  const given = masks.filter((mask) => mask !== undefined);
  const [first] = given;
  if (!first || (rule === 'any' && given.length < masks.length)) return undefined;
  const join = rule === 'any' ? Math.max : Math.min;
  const values = first.values.map((_, at) =>
    join(...given.map((mask) => mask.values[at] as number)),
  );
  return maskOf(values, first.rows);
}
