import * as tf from '@tensorflow/tfjs';
import { loadBackend } from '../../../src/ml/backend.ts';
import { NetworkClassifier } from '../../../src/ml/classifier.ts';
import { buildConverted } from '../../../src/ml/imports/build-converted.ts';
import type { ForeignNetwork } from '../../../src/ml/imports/foreign-graph.ts';
import { readH5File } from '../../../src/ml/imports/keras/read-h5-file.ts';
import { readKerasFile } from '../../../src/ml/imports/keras/read-keras-file.ts';
import { Network } from '../../../src/ml/network.ts';
import { largestGap, readGolden, readGoldenFile } from './golden-models.ts';

const LOGITS = ['rnn.keras', 'rnn.h5'];

const softmax = (logits: readonly number[], classes: number): number[] =>
  logits.map((value, at) => {
    const start = at - (at % classes);
    const all = logits.slice(start, start + classes);
    const top = Math.max(...all);
    return Math.exp(value - top) / all.reduce((sum, one) => sum + Math.exp(one - top), 0);
  });

function wanted(name: string, outputs: readonly number[], rows: number): number[] {
  if (LOGITS.includes(name)) return softmax(outputs, outputs.length / rows);
  // One sigmoid unit is the probability of the second class.
  return outputs.length > rows ? [...outputs] : outputs.flatMap((value) => [1 - value, value]);
}

async function open(name: string): Promise<ForeignNetwork> {
  const bytes = await readGoldenFile(name);
  return name.endsWith('.h5') ? readH5File(bytes) : readKerasFile(bytes);
}

beforeAll(() => loadBackend());

describe.each([
  'cnn.keras',
  'cnn.h5',
  'cnn-2.h5',
  'rnn.keras',
  'rnn.h5',
  'transformer.keras',
  'transformer.h5',
  'transformer-2.h5',
  'branches.keras',
  'branches.h5',
  'branches-2.h5',
  'nested.keras',
])('%s', (name) => {
  test('gives the probabilities that the source framework gives, within 1e-5', async () => {
    const { rows, x, outputs } = await readGolden(name);
    const expected = wanted(name, outputs, rows);
    const { architecture, weights } = buildConverted(await open(name), {
      data: null,
      output: LOGITS.includes(name) ? 'logits' : undefined,
      order: Array.from({ length: expected.length / rows }, (_, at) => at),
    });
    const classifier = new NetworkClassifier(
      new Network(architecture, weights),
      architecture.layers.map(() => 'x').slice(0, architecture.classes),
    );
    const found = await classifier.predict(x, rows);
    classifier.dispose();
    expect(largestGap(found, expected)).toBeLessThan(1e-5);
  });
});

test('nothing is left of tensors', () => {
  expect(tf.memory().numTensors).toBe(0);
});
