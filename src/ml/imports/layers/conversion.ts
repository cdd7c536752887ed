/** What a foreign layer is in our terms. */
import type { LayerSpec } from '../../../layers/layer-spec.ts';
import type { Shape } from '../../../layers/shape.ts';
import type { ForeignLayer } from '../foreign-graph.ts';
import type { LayerSettings } from './layer-settings.ts';

/** A layer of ours without its name and what it reads. */
export type Body = LayerSpec extends infer One ? (One extends LayerSpec ? Omit<One, 'name' | 'inputs'> : never) : never; // prettier-ignore

export interface Conversion {
  /** `null`: the layer changes nothing outside of training, and is left out. */
  readonly body: Body | null;
  /**
   * Weights that ours has and the foreign layer lacks, by their place among ours, and the value that
   * makes them do nothing.
   */
  readonly absent?: Readonly<Record<number, 0 | 1>>;
  /** What it reads, where that is not all that the layer is called with, in order. */
  readonly reads?: readonly string[];
}

export interface Convertible {
  readonly layer: ForeignLayer;
  readonly settings: LayerSettings;
  /** Of the first that it reads. */
  readonly shape: Shape;
}

/** @throws PipelineError `MODEL_UNSUPPORTED` naming the layer and the setting. */
export type Converter = (given: Convertible) => Conversion;
