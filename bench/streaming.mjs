/**
 * Training on data of growing size, from disk and from memory: peak memory of the process.
 *
 *   npm run bench:streaming -- [--json] [--largest 1024] [--limit 32]
 *
 * Each size (in MiB of the training part, doubling up to `largest`) is trained for one epoch in a
 * process of its own, with at most `limit` MiB of it in memory and with all of it. The data is drawn
 * by a generator and written in pieces, so it may be larger than memory.
 *
 *   npm run bench:streaming -- --dataset [--json] [--largest 1024] [--limit 32]
 *
 * `dataset` and then `train`, in one process for each size of a CSV file: 64, 256, … MiB.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MEDIA_TYPE } from '../dist/artifacts/artifact.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { datasetStep } from '../dist/activities/dataset.js';
import { trainStep } from '../dist/activities/train.js';
import { CounterRandom } from '../dist/ml/random.js';
import { decodeWith } from '../dist/spec/step-schemas.js';
import { note, option, report } from './table.mjs';

const MIB = 2 ** 20;
const WIDTH = 1024;
const CLASSES = 10;

/** Writes an object straight into the store's folder, a piece at a time. */
async function putPieces(folder, pieces) {
  const temp = path.join(folder, 'tmp', 'piecewise');
  const hash = createHash('sha256');
  const file = openSync(temp, 'w');
  let bytes = 0;
  for (const piece of pieces) {
    hash.update(piece);
    writeSync(file, piece);
    bytes += piece.length;
  }
  closeSync(file);
  const sha256 = hash.digest('hex');
  renameSync(temp, path.join(folder, 'sha256', sha256.slice(0, 2), sha256));
  return { uri: `artifact://sha256/${sha256}`, sha256, bytes, mediaType: MEDIA_TYPE.tensor };
}

/** Noise, with the label's value raised; the noise repeats after each piece. */
function* rowPieces(rows) {
  const random = new CounterRandom({ seed: 1, stream: 'bench' });
  const pieceRows = MIB / (4 * WIDTH);
  const x = Float32Array.from({ length: pieceRows * WIDTH }, () => random.normal());
  for (let row = 0; row < pieceRows; row += 1) x[row * WIDTH + (row % CLASSES)] += 3;
  for (let row = 0; row < rows; row += pieceRows) yield new Uint8Array(x.buffer);
}

function* labelPieces(rows) {
  const pieceRows = MIB / (4 * WIDTH);
  const y = Int32Array.from({ length: pieceRows }, (_, row) => row % CLASSES);
  for (let row = 0; row < rows; row += pieceRows) yield new Uint8Array(y.buffer);
}

async function makeData(folder, mib) {
  const store = await openFolderStore(folder);
  const rows = (mib * MIB) / (4 * WIDTH);
  const x = await putPieces(folder, rowPieces(rows));
  const y = await putPieces(folder, labelPieces(rows));
  const empty = await store.put(new Uint8Array(), MEDIA_TYPE.tensor);
  const nothing = { rows: 0, x: empty, y: empty, sourceRows: empty };
  const split = { train: 1, validation: 0, test: 0, stratify: false, seed: 0 };
  const classes = Array.from({ length: CLASSES }, (_, label) => String(label));
  const manifest = {
    version: 1, source: { path: 'none.csv', sha256: x.sha256, rows }, target: 'y', classes, split,
    inputShape: [WIDTH], encoders: [],
    featureNames: Array.from({ length: WIDTH }, (_, index) => `value_${index}`),
    parts: { train: { rows, x, y, sourceRows: y }, validation: nothing, test: nothing },
  }; // prettier-ignore
  const layers = [
    { type: 'dense', units: 32, activation: 'relu' },
    { type: 'dense', units: CLASSES, activation: 'softmax' },
  ];
  const net = { version: 1, inputShape: [WIDTH], classes: CLASSES, layers, seed: 1 };
  return {
    dataset: await store.putJson(manifest, MEDIA_TYPE.dataset),
    architecture: await store.putJson(net, MEDIA_TYPE.architecture),
  };
}

async function contextIn(folder, stepId) {
  return {
    run: { id: 'bench', pipeline: 'bench', planDigest: '0'.repeat(64), submittedBy: 'bench' },
    stepId,
    attempt: 1,
    store: await openFolderStore(folder),
    dataRoot: folder,
    scratch: mkdtempSync(path.join(folder, 'scratch-')),
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    log: () => undefined,
  };
}

/** In a process of its own. */
async function train({ folder, limitMiB, ...refs }) {
  const given = { ...refs, epochs: 1, batchSize: 256, memory: { limitMiB } };
  const startedAt = performance.now();
  const context = await contextIn(folder, 'train');
  const { metrics } = await trainStep.run(decodeWith('train', given), context);
  const seconds = (performance.now() - startedAt) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, peakMiB, accuracy: metrics.trainAccuracy }));
}

const CSV_COLUMNS = 128;

/** Numbers with a class that the first of them tells; the same rows again and again. */
function makeCsv(file, mib) {
  const random = new CounterRandom({ seed: 2, stream: 'bench' });
  const rows = Array.from({ length: 1000 }, (_, row) => {
    const values = Array.from({ length: CSV_COLUMNS }, () => random.normal());
    values[0] += 3 * (row % 2);
    return `${values.map((value) => value.toFixed(5)).join(',')},${row % 2 ? 'odd' : 'even'}\n`;
  });
  const piece = rows.join('');
  const csv = openSync(file, 'w');
  const names = Array.from({ length: CSV_COLUMNS }, (_, index) => `value_${index}`);
  writeSync(csv, `${names.join(',')},kind\n`);
  for (let bytes = 0; bytes < mib * MIB; bytes += piece.length) writeSync(csv, piece);
  closeSync(csv);
}

/** In a process of its own. */
async function prepareAndTrain({ folder, limitMiB }) {
  const split = { train: 0.8, validation: 0.1, test: 0.1, seed: 1 };
  const memory = { limitMiB };
  const given = { source: 'source.csv', target: 'kind', split, memory };
  const context = await contextIn(folder, 'data');
  const startedAt = performance.now();
  const { dataset } = await datasetStep.run(decodeWith('dataset', given), context);
  const seconds = (performance.now() - startedAt) / 1000;
  const datasetPeakMiB = process.resourceUsage().maxRSS / 1024;
  const layers = [
    { type: 'dense', units: 32, activation: 'relu' },
    { type: 'dense', units: 2, activation: 'softmax' },
  ];
  const net = { version: 1, inputShape: [CSV_COLUMNS], classes: 2, layers, seed: 1 };
  const architecture = await context.store.putJson(net, MEDIA_TYPE.architecture);
  const settings = { dataset, architecture, epochs: 1, batchSize: 256, memory };
  const trainingFrom = performance.now();
  await trainStep.run(decodeWith('train', settings), await contextIn(folder, 'train'));
  console.log(
    JSON.stringify({
      seconds,
      datasetPeakMiB,
      trainSeconds: (performance.now() - trainingFrom) / 1000,
      peakMiB: process.resourceUsage().maxRSS / 1024,
    }),
  );
}

function compareSources() {
  const [largest, limit] = [option('largest', 1024), option('limit', 32)];
  const rows = [];
  for (let mib = 64; mib <= largest; mib *= 4) {
    note(`a source of ${mib} MiB`);
    const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-streaming-'));
    try {
      makeCsv(path.join(folder, 'source.csv'), mib);
      const found = runAlone('--prepare', { folder, limitMiB: limit });
      rows.push({
        'CSV MiB': mib,
        'peak MiB of dataset': found.datasetPeakMiB,
        'peak MiB of both': found.peakMiB,
        's dataset': found.seconds,
        's train': found.trainSeconds,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  report(`dataset and train with at most ${limit} MiB of the source in memory`, rows);
}

function runAlone(verb, job) {
  const args = [fileURLToPath(import.meta.url), verb, JSON.stringify(job)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' }));
}

async function compare() {
  const [largest, limit] = [option('largest', 1024), option('limit', 32)];
  const rows = [];
  for (let mib = 64; mib <= largest; mib *= 2) {
    note(`training on ${mib} MiB`);
    const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-streaming-'));
    try {
      for (const name of ['sha256', 'tmp', 'quarantine']) mkdirSync(path.join(folder, name));
      const refs = await makeData(folder, mib);
      const disk = runAlone('--train', { folder, limitMiB: limit, ...refs });
      const memory = runAlone('--train', { folder, limitMiB: largest, ...refs });
      rows.push({
        'data MiB': mib,
        'peak MiB from disk': disk.peakMiB,
        'peak MiB from memory': memory.peakMiB,
        's from disk': disk.seconds,
        's from memory': memory.seconds,
        'accuracy from disk': disk.accuracy,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  report(`Training with at most ${limit} MiB of its data in memory`, rows);
}

const jobAfter = (verb) => {
  const at = process.argv.indexOf(verb);
  return at > 0 ? JSON.parse(process.argv[at + 1]) : null;
};
const [training, preparing] = [jobAfter('--train'), jobAfter('--prepare')];
if (training) await train(training);
else if (preparing) await prepareAndTrain(preparing);
else if (process.argv.includes('--dataset')) compareSources();
else await compare();
