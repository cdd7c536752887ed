/**
 * Which steps of each row are there, and which are padding. Kept as plain numbers: layers that pass
 * over padding decide by it what to compute. A mask without padding is `undefined`.
 */
import type * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import { type Feeds, type PassData, tensorOf } from '../recording/feeds.ts';

export interface SequenceMask {
  readonly rows: number;
  readonly length: number;
  /** `[rows, length]`, 1 where the step is there, 0 where it is padding. */
  readonly values: Uint8Array;
  /** Given where what reads the mask is recorded, and runs again with other masks. */
  readonly recorded?: RecordedMask | undefined;
}

export interface RecordedMask {
  readonly feeds: Feeds;
  /** `values` of another pass. */
  readonly valuesOf: (pass: PassData) => Uint8Array;
}

export type MaybeMask = SequenceMask | undefined;

/** @returns `undefined` if every step is there. */
export function maskOf(values: Uint8Array, rows: number): MaybeMask {
  return values.includes(0) ? { rows, length: values.length / rows, values } : undefined;
}

/** `[rows, length]`, 0 and 1. */
export const maskTensor = (mask: SequenceMask): tf.Tensor2D =>
  tensorOfMask(mask, [mask.rows, mask.length], (values) => Float32Array.from(values));

/**
 * A tensor that follows from the mask, in a recording from the mask of each pass.
 *
 * @param compute  a function of the mask's values alone.
 */
export function tensorOfMask<T extends tf.Tensor>(
  { values, recorded }: SequenceMask,
  shape: readonly number[],
  compute: (values: Uint8Array) => Float32Array | Int32Array,
): T {
  if (!recorded) return tensorOf(compute(values), shape) as T;
  const { feeds, valuesOf } = recorded;
  return feeds.tensor(shape, (pass) => compute(valuesOf(pass))) as T;
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
  const joined = (masks: readonly Uint8Array[]): Uint8Array =>
    (masks[0] as Uint8Array).map((_, at) => join(...masks.map((values) => values[at] as number)));
  const values = joined(given.map((mask) => mask.values));
  if (!first.recorded) return maskOf(values, first.rows);
  const valuesOf = (pass: PassData): Uint8Array =>
    joined(given.map(({ recorded }) => (recorded as RecordedMask).valuesOf(pass)));
  return { ...first, values, recorded: { feeds: first.recorded.feeds, valuesOf } };
}
