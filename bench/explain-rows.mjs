/**
 * Our side of bench/explain.mjs: explains one row for each line that it is sent, and answers with the
 * seconds that it took, and that the bare model takes for as many rows. The Python side speaks the same.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openEncoder } from '../dist/data/encoders/encodings.js';
import { loadBackend } from '../dist/ml/backend.js';
import { NetworkClassifier } from '../dist/ml/classifier.js';
import { predictionFunction } from '../dist/ml/explain/classifier-functions.js';
import { LOCAL_METHODS } from '../dist/ml/explain/methods/methods.js';
import { joinModelCalls } from '../dist/ml/explain/model-calls.js';
import { buildNetwork } from '../dist/ml/network.js';

const { inputShape, hidden, method, samples, background, files, words } = JSON.parse(
  process.argv[2],
);
const floats = (file) => {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

const encoders = words
  ? [
      {
        ...{ type: 'text', tokenizer: 'word', column: 'text', lowercase: true, marks: false },
        ...{ length: inputShape[0], vocabulary: JSON.parse(readFileSync(files.words, 'utf8')) },
      },
    ]
  : inputShape.length > 1
    ? [{ type: 'picture', column: 'file', shape: inputShape, fit: 'fill' }]
    : Array.from({ length: inputShape[0] }, (_, index) => ({
        ...{
          type: 'number',
          column: `x${index}`,
          scale: 'none',
          offset: 0,
          divisor: 1,
          imputed: 0,
        },
      }));

const texts = words ? JSON.parse(readFileSync(files.x, 'utf8')) : [];
const width = inputShape.reduce((product, size) => product * size, 1);
const x = words ? encodeTexts() : floats(files.x);
const rows = x.length / width;

function encodeTexts() {
  const all = new Float32Array(texts.length * width);
  const writer = openEncoder(encoders[0], { columns: ['text'], cells: [texts] });
  texts.forEach((_, row) => writer.write(row, all, row * width));
  return all;
}

await loadBackend();
const layers = [...hidden, { type: 'dense', units: 2, activation: 'softmax' }];
const network = buildNetwork({ version: 1, inputShape, classes: 2, layers, seed: 1 });
network.setWeights(floats(files.weights));
const classifier = new NetworkClassifier(network, ['no', 'yes']);
const isShap = method.endsWith('-shap');
const block = {
  // The last rows: a row that is explained is not among those that stand for absent features.
  ...{ x: x.subarray((isShap ? rows - background : 0) * width), values: width },
  rows: isShap ? background : rows,
};

async function explain(row) {
  const calls = joinModelCalls({ model: predictionFunction(classifier), width, classes: 2 });
  const context = {
    ...{ classifier, model: calls.model, background: block, texts: [], onBatch: () => undefined },
    settings: { samples, steps: 50, seed: 1 },
    manifest: { encoders, inputShape },
    textOf: (index) => texts[index] ?? null,
  };
  const own = x.slice(row * width, (row + 1) * width);
  const start = performance.now();
  const found = await LOCAL_METHODS[method].explain({ row, sourceRow: row, x: own }, 1, context);
  return { seconds: (performance.now() - start) / 1000, ...calls.counts(), found };
}

async function predict(count) {
  const some = Math.min(count, Math.max(1, Math.floor(2 ** 22 / width)));
  const all = new Float32Array(some * width);
  for (let at = 0; at < all.length; at += 1) all[at] = x[at % x.length];
  const start = performance.now();
  for (let first = 0; first < count; first += some) {
    const own = Math.min(some, count - first);
    await classifier.predict(all.subarray(0, own * width), own);
  }
  return (performance.now() - start) / 1000;
}

console.log(JSON.stringify({ versions: { node: process.versions.node } }));
let row = 0;
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'run') break;
  const { seconds, asked, made, found } = await explain(row % rows);
  row += 1;
  const top = Array.from(found.attributions.slice(0, 30));
  console.log(
    JSON.stringify({ seconds, evaluations: asked, made, model: await predict(made), top }),
  );
}
