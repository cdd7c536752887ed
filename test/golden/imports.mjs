/**
 * Makes imports/tfjs-*: layers models of TensorFlow.js 4.22.0 (its plain JavaScript backend), and what
 * they answer to a batch. Run as `node test/golden/imports.mjs`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';

const HERE = path.join(import.meta.dirname, 'imports');
const L = tf.layers;

let state = 11;
/** Park and Miller's generator, to about −1 … 1. */
function next() {
  state = (state * 48271) % 2147483647;
  return (2 * state) / 2147483647 - 1;
}
const numbers = (shape) =>
  tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), shape);

function scatter(model) {
  const weights = model.weights.map(({ name, shape }) => {
    const value = numbers(shape);
    return name.includes('variance') ? tf.add(tf.abs(value), 0.3) : value;
  });
  model.setWeights(weights);
  return model;
}

async function keep(name, model, inputs) {
  const folder = path.join(HERE, name);
  mkdirSync(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const file = { format: 'layers-model', modelTopology, weightsManifest };
      writeFileSync(path.join(folder, 'model.json'), JSON.stringify(file));
      writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(tf.io.CompositeArrayBuffer.join(weightData)));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const output = model.predict(inputs.length > 1 ? inputs : inputs[0]);
  const value = {
    rows: output.shape[0],
    inputs: inputs.map((input) => Array.from(input.dataSync())),
    outputs: Array.from(output.dataSync()),
  };
  writeFileSync(path.join(HERE, `${name}.json`), `${JSON.stringify(value)}\n`);
}

await tf.setBackend('cpu');

const cnn = tf.sequential({
  layers: [
    L.conv2d({ inputShape: [8, 8, 1], filters: 3, kernelSize: 3, activation: 'relu' }),
    L.batchNormalization(),
    L.averagePooling2d({ poolSize: 2 }),
    L.flatten(),
    L.dense({ units: 3, activation: 'softmax' }),
  ],
});
await keep('tfjs-cnn', scatter(cnn), [numbers([4, 8, 8, 1])]);

const steps = tf.input({ shape: [5, 2], name: 'steps' });
const sizes = tf.input({ shape: [3], name: 'sizes' });
const lstm = L.lstm({ units: 3, recurrentActivation: 'sigmoid' });
const read = L.bidirectional({ layer: lstm, mergeMode: 'concat' }).apply(steps);
const small = L.dense({ units: 4, useBias: false, activation: 'elu' }).apply(sizes);
const both = L.concatenate().apply([read, small]);
const out = L.dense({ units: 3, activation: 'softmax' }).apply(L.dropout({ rate: 0.2 }).apply(both));
await keep('tfjs-branches', scatter(tf.model({ inputs: [steps, sizes], outputs: out })), [
  numbers([4, 5, 2]),
  numbers([4, 3]),
]);
