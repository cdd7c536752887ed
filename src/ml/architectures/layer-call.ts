import type * as tf from '@tensorflow/tfjs';
import type { LayerSpec } from '../../layers/layer-spec.ts';
import type { Feeds, PassData } from '../recording/feeds.ts';
import type { MaybeMask } from './sequence-mask.ts';

/** What a layer does only while training. */
export interface TrainingMode {
  readonly seed: number;
  /** Optimizer steps done before this one; dropout masks are a function of it. */
  readonly step: number;
  /** Indices of layers that are not trained: batch normalisation uses its moving statistics. */
  readonly frozen?: ReadonlySet<number> | undefined;
  /** Every weight in layer order, to take those of frozen layers from. @default none is frozen */
  readonly frozenWeights?: readonly tf.Tensor[] | undefined;
  /** Where layers take what differs from pass to pass. @default computed for this pass alone */
  readonly feeds?: Feeds | undefined;
}

/** What an input of the network is in each pass, `[rows, ...shape]`. */
export type InputValues = (pass: PassData) => Float32Array;

export interface LayerCall<Layer = LayerSpec> {
  readonly layer: Layer;
  /** Position in the architecture, from 0. */
  readonly index: number;
  /** `[rows, ...shape]` of each input; at least one. */
  readonly inputs: readonly tf.Tensor[];
  /** The first of them. */
  readonly x: tf.Tensor;
  /** Of the first, where it is an input of the network. */
  readonly given: InputValues | undefined;
  /** One for each input. */
  readonly masks: readonly MaybeMask[];
  /** In the order of `LayerShape.weights`. */
  readonly weights: readonly tf.Tensor[];
  readonly training: TrainingMode | undefined;
  /** Receives the new value of the moving statistics `weights[position]`. */
  readonly updateStatistic: (position: number, value: tf.Tensor) => void;
  readonly onShares?: OnShares | undefined;
}

/** Receives what each step of an attention layer, by its index, sees of each: `[rows, heads, steps, valueSteps]`. */
export type OnShares = (layer: number, shares: tf.Tensor4D) => void;
