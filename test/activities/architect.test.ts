import * as tf from '@tensorflow/tfjs';
import { architectStep } from '../../src/activities/architect.ts';
import type { ArchitectStep } from '../../src/activities/step-types.ts';
import { MEDIA_TYPE } from '../../src/artifacts/artifact.ts';
import type { DatasetInput } from '../../src/data/dataset.ts';
import type { Json } from '../../src/json.ts';
import { decodeArchitecture } from '../../src/ml/architectures/decode-architecture.ts';
import { loadBackend } from '../../src/ml/backend.ts';
import { buildNetwork, type Network } from '../../src/ml/network.ts';
import { CounterRandom } from '../../src/ml/random.ts';
import { softmaxCrossEntropy } from '../../src/ml/training/losses/softmax-cross-entropy.ts';
import { leavingNoTensors, storeDataset, testContext } from './small-problem.ts';

type Settings = Omit<ArchitectStep['with'], 'dataset' | 'kernelSize' | 'dropout' | 'seed'> & {
  readonly dropout?: number;
};

interface Data {
  readonly inputShape: readonly number[];
  readonly inputs?: readonly DatasetInput[];
}

const LENGTH = 6;
const VOCABULARY = 9;
const TEXT: Data = {
  inputShape: [LENGTH],
  inputs: [{ name: 'text', shape: [LENGTH], offset: 0, vocabulary: VOCABULARY }],
};
const SEQUENCE: Data = { inputShape: [LENGTH, 3] };
const BOTH: Data = {
  inputShape: [LENGTH + 2],
  inputs: [
    { name: 'text', shape: [LENGTH], offset: 0, vocabulary: VOCABULARY },
    { name: 'table', shape: [2], offset: LENGTH },
  ],
};

async function draw(settings: Settings, { inputShape, inputs }: Data) {
  const context = testContext();
  const plain = await storeDataset(context.store, { inputShape });
  const manifest = await context.store.getJson<object>(plain);
  const all = { ...manifest, ...(inputs && { inputs }) };
  const dataset = await context.store.putJson(all, MEDIA_TYPE.dataset);
  const input = { dropout: 0, ...settings, dataset, kernelSize: 3, seed: 1 };
  const outputs = await architectStep.run(input, context);
  const stored = await context.store.getJson<Json>(outputs.architecture);
  return { outputs, architecture: decodeArchitecture(stored) };
}

/** Texts of 4 to 6 tokens; the class is whether token 7 comes before token 8. */
function orderedTokens(rows: number): { x: Float32Array; targets: Float32Array } {
  const random = new CounterRandom({ seed: 4, stream: 'tokens' });
  const x = new Float32Array(rows * LENGTH);
  const targets = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row += 1) {
    const length = 4 + random.integer(3);
    for (let at = 0; at < length; at += 1) x[row * LENGTH + at] = 1 + random.integer(6);
    const [first, second] = [...random.permutation(length)].slice(0, 2) as [number, number];
    x[row * LENGTH + first] = 7;
    x[row * LENGTH + second] = 8;
    targets[2 * row + (first < second ? 1 : 0)] = 1;
  }
  return { x, targets };
}

/** Trains by Adam's rule. */
function accuracyAfter(steps: number, network: Network): number {
  const { x, targets } = orderedTokens(256);
  return tf.tidy(() => {
    const rows = tf.tensor2d(x, [256, LENGTH]);
    const wanted = tf.tensor2d(targets, [256, 2]);
    let mean: tf.Tensor = tf.zerosLike(network.parameters);
    let square: tf.Tensor = tf.zerosLike(network.parameters);
    for (let step = 0; step < steps; step += 1) {
      const gradient = tf.grad((parameters) =>
        softmaxCrossEntropy(
          network.trainingLogits(parameters as tf.Tensor1D, rows, { seed: 1, step }),
          wanted,
        ),
      )(network.parameters);
      mean = tf.add(tf.mul(mean, 0.9), tf.mul(gradient, 0.1));
      square = tf.add(tf.mul(square, 0.99), tf.mul(tf.square(gradient), 0.01));
      const root = tf.sqrt(tf.div(square, 1 - 0.99 ** (step + 1)));
      const corrected = tf.div(mean, 1 - 0.9 ** (step + 1));
      const move = tf.mul(tf.div(corrected, tf.add(root, 1e-7)), 0.02);
      network.replaceParameters(tf.sub(network.parameters, move));
    }
    const isRight = tf.equal(tf.argMax(network.forward(rows), 1), tf.argMax(wanted, 1));
    network.dispose();
    return tf.mean(tf.cast(isRight, 'float32')).dataSync()[0] as number;
  });
}

describe('architect', () => {
  beforeAll(() => loadBackend());

  it('draws recurrent layers on top of each other, all but the last with every step', async () => {
    const layers = { cell: 'gru' as const, units: [5, 4], bidirectional: true, dense: [3] };
    const { outputs } = await draw({ family: 'rnn', ...layers, dropout: 0.1 }, TEXT);
    expect(outputs.layers.map(({ name, outputShape }) => [name, outputShape])).toEqual([
      ['embedding_1', [6, 64]],
      ['bidirectional_1', [6, 10]],
      ['dropout_1', [6, 10]],
      ['bidirectional_2', [8]],
      ['dropout_2', [8]],
      ['dense_1', [3]],
      ['dropout_3', [3]],
      ['dense_2', [2]],
    ]);
  });

  it('draws a transformer whose parameters are those of its parts', async () => {
    const settings = { embedding: 8, heads: 2, feedForward: 10, blocks: 3 } as const;
    const { outputs } = await draw({ family: 'transformer', ...settings }, TEXT);
    const block = 4 * (8 * 8 + 8) + (8 * 10 + 10) + (10 * 8 + 8) + 2 * 16;
    expect(outputs.parameters).toBe(VOCABULARY * 8 + 3 * block + 16 + (8 * 2 + 2));
    const numbers = await draw({ family: 'transformer', ...settings }, SEQUENCE);
    expect(numbers.outputs.layers[0]).toMatchObject({ type: 'dense', outputShape: [6, 8] });
  });

  it('says what a network costs before it is trained', async () => {
    const layers = [{ type: 'dense' as const, units: 5 }];
    const { outputs } = await draw({ family: 'layers', layers }, { inputShape: [3] });
    expect(outputs).toMatchObject({
      parameters: 3 * 5 + 5 + 5 * 2 + 2,
      operations: 2 * 3 * 5 + 2 * 5 * 2,
      memory: { parameters: 4 * 32, optimizer: 8 * 32, activationsPerRow: 4 * 7 },
    });
  });

  it('joins text and numbers in a graph, and knows the vocabulary of the text', async () => {
    const layers: NonNullable<Settings['layers']> = [
      { type: 'embedding', units: 4, inputs: ['text'] },
      { type: 'lstm', units: 3, name: 'read' },
      { type: 'concatenate', inputs: ['read', 'table'] },
    ];
    const { architecture } = await draw({ family: 'layers', layers }, BOTH);
    expect(architecture.inputs).toEqual(BOTH.inputs);
    expect(architecture.layers[0]).toMatchObject({ vocabulary: VOCABULARY, maskZero: true });
    const network = buildNetwork(architecture);
    // Padding is passed over: what follows the text's end does not matter, the numbers do.
    const rows = [[3, 4, 0, 0, 0, 0, 1, 2], [3, 4, 0, 0, 0, 0, 1, 3]]; // prettier-ignore
    const [first, other] = tf.tidy(() => network.forward(tf.tensor2d(rows)).arraySync());
    expect(first).not.toEqual(other);
    network.dispose();
  });

  it.each<[string, string, Settings, Data]>([
    ['SHAPE_MISMATCH', 'takes numbers, but the input "text" is text', { family: 'mlp' }, TEXT],
    ['SHAPE_MISMATCH', 'takes one input, but the data has text, table', { family: 'rnn' }, BOTH],
    ['SHAPE_MISMATCH', 'a table of [4]', { family: 'transformer' }, { inputShape: [4] }],
    ['SHAPE_MISMATCH', 'text of [6] tokens', { family: 'cnn' }, TEXT],
    ['ARCHITECTURE_INVALID', '"units" belongs to the family rnn', { family: 'mlp', units: [3] }, SEQUENCE],
    ['ARCHITECTURE_INVALID', '3 heads cannot share', { family: 'transformer', heads: 3 }, TEXT],
    ['ARCHITECTURE_INVALID', 'Layer 0 (embedding) has no vocabulary', { family: 'layers', layers: [{ type: 'embedding', units: 4 }] }, { inputShape: [4] }],
  ])('refuses with %s: %s', async (code, words, settings, data) => {
    const message = expect.stringContaining(words);
    await expect(draw(settings, data)).rejects.toMatchObject({ code, message });
  }); // prettier-ignore

  it.each<[string, Settings]>([
    ['an LSTM', { family: 'rnn', units: [8], embedding: 8 }],
    ['a bidirectional GRU', { family: 'rnn', cell: 'gru', bidirectional: true, units: [8], embedding: 8 }],
    ['a transformer', { family: 'transformer', embedding: 16, feedForward: 16, blocks: 1, positions: 'learned' }],
  ])('draws what can learn an order of words: %s', async (_, settings) => {
    const { architecture } = await draw(settings, TEXT);
    const accuracy = await leavingNoTensors(() =>
      Promise.resolve(accuracyAfter(60, buildNetwork(architecture))),
    );
    expect(accuracy).toBeGreaterThan(0.95);
  }); // prettier-ignore
});
