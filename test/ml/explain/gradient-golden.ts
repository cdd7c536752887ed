/** What gradient tapes found for the networks of test/golden/explain-gradients.py, and the networks. */
import { readFileSync } from 'node:fs';
import { loadBackend } from '../../../src/ml/backend.ts';
import { NetworkClassifier } from '../../../src/ml/classifier.ts';
import type { LayerSpec } from '../../../src/ml/model.ts';
import { buildNetwork } from '../../../src/ml/network.ts';

interface Golden {
  readonly cnn: {
    readonly weights: number[];
    readonly picture: number[];
    readonly cams: {
      readonly layer: string;
      readonly classIndex: number;
      readonly activations: number[];
      readonly gradients: number[];
      readonly shape: [number, number, number];
      readonly signed: number[];
      readonly positive: number[];
    }[];
    readonly saliency: number[];
  };
  readonly mlp: {
    readonly weights: number[];
    readonly row: number[];
    readonly background: number[][];
    readonly classIndex: number;
    readonly draws: { readonly from: number; readonly t: number }[];
    readonly expected: number[];
    readonly standardError: number[];
    readonly baseOutput: number;
    readonly output: number;
    readonly noise: number[];
    readonly smooth: number[];
    readonly saliency: number[];
  };
}

export const golden = JSON.parse(
  readFileSync(new URL('../../golden/explain-gradients.json', import.meta.url), 'utf8'),
) as Golden;

const CLASSES = ['a', 'b', 'c'];

const conv = (name: string, filters: number): LayerSpec => ({
  type: 'conv2d',
  name,
  filters,
  kernelSize: 3,
  strides: 1,
  padding: 'same',
  activation: 'relu',
});

export const CNN_LAYERS: readonly LayerSpec[] = [
  conv('first', 4),
  { type: 'maxPooling2d', poolSize: 2 },
  conv('last', 5),
  { type: 'maxPooling2d', poolSize: 2 },
  { type: 'flatten' },
];

const MLP_LAYERS: readonly LayerSpec[] = [{ type: 'dense', units: 6, activation: 'tanh' }];

/** The caller disposes. */
export async function goldenClassifier(kind: 'cnn' | 'mlp'): Promise<NetworkClassifier> {
  await loadBackend();
  const network = buildNetwork({
    version: 1,
    inputShape: kind === 'cnn' ? [9, 7, 2] : [4],
    classes: 3,
    layers: [
      ...(kind === 'cnn' ? CNN_LAYERS : MLP_LAYERS),
      { type: 'dense', units: 3, activation: 'softmax' },
    ],
    seed: 1,
  });
  network.setWeights(Float32Array.from(golden[kind].weights));
  return new NetworkClassifier(network, CLASSES);
}
