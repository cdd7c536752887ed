/**
 * Our side of bench/training.mjs: trains, or predicts, one block of rows for each line that it is
 * sent, and answers with the seconds that it took. The Keras side speaks the same.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { NetworkClassifier } from '../dist/ml/classifier.js';
import { loadBackend } from '../dist/ml/backend.js';
import { buildNetwork } from '../dist/ml/network.js';
import { assembleTraining } from '../dist/activities/training-job.js';
import { MemoryRows } from '../dist/ml/training/memory-rows.js';
import { decodeWith } from '../dist/spec/step-schemas.js';

const MANY = 100_000;
const ref = (mediaType) => ({
  ...{ uri: `artifact://sha256/${'0'.repeat(64)}`, sha256: '0'.repeat(64), bytes: 0, mediaType },
});

async function trainingBlocks({ inputShape, classes, layers, batch }, { x, y }) {
  const network = buildNetwork({ version: 1, inputShape, classes, layers, seed: 1 });
  const {
    dataset,
    architecture: _,
    ...settings
  } = decodeWith('train', {
    dataset: ref('application/vnd.modelwright.dataset+json'),
    architecture: ref('application/vnd.modelwright.architecture+json'),
    ...{ epochs: MANY, batchSize: batch, seed: 1 },
    optimizer: { type: 'adam', learningRate: 0.001 },
  });
  const width = x.length / y.length;
  const names = Array.from({ length: classes }, (_, label) => String(label));
  const train = new MemoryRows({ count: y.length, width, x, y }, 1);
  const loaded = { manifest: { inputShape, classes: names }, train, validation: null };
  const { run } = await assembleTraining({ dataset, ...settings }, loaded, { network });
  return async () => {
    for (let pass = 0; pass < run.batches; pass += 1) await run.advance();
    return run.history.at(-1).loss;
  };
}

function predictionBlocks({ inputShape, classes, layers, batch }, { x, y }) {
  const network = buildNetwork({ version: 1, inputShape, classes, layers, seed: 1 });
  const names = Array.from({ length: classes }, (_, label) => String(label));
  const classifier = new NetworkClassifier(network, names);
  const width = x.length / y.length;
  return async () => {
    let sum = 0;
    for (let start = 0; start < y.length; start += batch) {
      const part = x.subarray(start * width, (start + batch) * width);
      sum += (await classifier.predict(part, part.length / width))[0];
    }
    return sum;
  };
}

const values = (file) => new Uint8Array(readFileSync(file)).buffer;

async function main() {
  const workload = JSON.parse(process.argv[2]);
  const data = {
    x: new Float32Array(values(workload.files.x)),
    y: new Int32Array(values(workload.files.y)),
  };
  const { fingerprint } = await loadBackend();
  const makeBlocks = workload.task === 'train' ? trainingBlocks : predictionBlocks;
  const block = await makeBlocks(workload, data);
  const say = (answer) => console.log(JSON.stringify(answer));
  say({ versions: fingerprint });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    const startedAt = performance.now();
    const result = await block();
    const seconds = (performance.now() - startedAt) / 1000;
    say({ seconds, result, peakMiB: process.resourceUsage().maxRSS / 1024 });
  }
}

await main();
process.exit(0);
