/** A network as Keras and its relatives describe it, before its layers are known to be ours. */
import type { JsonObject } from '../../json.ts';

/** One weight of a layer. */
export interface ForeignTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface ForeignInput {
  readonly name: string;
  /** Without the batch axis; `null` where any size is taken. */
  readonly shape: readonly (number | null)[];
}

export interface ForeignLayer {
  /** Unique; of a layer in a nested model `<model>/<layer>`. */
  readonly name: string;
  /** As Keras names it, such as `Conv2D`. */
  readonly className: string;
  readonly config: JsonObject;
  /** Names of the layers or inputs that it reads. */
  readonly reads: readonly string[];
  /** Those that are given by name, such as the `value` of an attention. */
  readonly named: Readonly<Record<string, string>>;
  /** It is handed a mask that an embedding made. */
  readonly isMasked: boolean;
  /** What else it is called with, such as `use_causal_mask`. */
  readonly call: JsonObject;
  /** Where a `.keras` file keeps its weights, such as `layers/dense_1`. */
  readonly path: string;
}

export interface ForeignGraph {
  readonly inputs: readonly ForeignInput[];
  /** In the order in which they are computed. */
  readonly layers: readonly ForeignLayer[];
  /** Name of the layer whose output is the model's. */
  readonly output: string;
}

/** A layer's weights in Keras' order. @throws PipelineError `MODEL_INVALID` */
export type WeightsOf = (layer: ForeignLayer) => readonly ForeignTensor[];

export interface ForeignNetwork {
  readonly graph: ForeignGraph;
  readonly weightsOf: WeightsOf;
}
