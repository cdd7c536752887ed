/** Layers as Keras computes them: test/golden/layers.py. */
import { readFileSync } from 'node:fs';
import type { InputSpec, LayerSpec } from '../../../src/layers/layer-spec.ts';
import { Network } from '../../../src/ml/network.ts';

export interface GoldenLayers {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly inputs: readonly InputSpec[];
  readonly layers: readonly LayerSpec[];
  /** Row after row. */
  readonly x: readonly number[];
  /** In Keras' order. */
  readonly weights: readonly number[];
  readonly output: readonly number[];
  /** The gradients are those of Σ upstream · output. */
  readonly upstream: readonly number[];
  /** Of the trainable weights. */
  readonly weightGradients: readonly number[];
  /** `null` where the input is made of tokens. */
  readonly inputGradients: readonly number[] | null;
}

const PATH = new URL('../../golden/layers.json', import.meta.url);

export const GOLDEN_LAYERS = (
  JSON.parse(readFileSync(PATH, 'utf8')) as { readonly cases: readonly GoldenLayers[] }
).cases;

export function networkOf({ inputShape, inputs, layers, weights }: GoldenLayers): Network {
  const architecture = { version: 1, inputShape, inputs, classes: 2, layers, seed: 0 } as const;
  return new Network(architecture, Float32Array.from(weights));
}

export const rowsOf = ({ x, inputShape }: GoldenLayers): number =>
  x.length / inputShape.reduce((product, size) => product * size, 1);
