/**
 * How fast `modelwright serve` answers single rows: requests a second, and the 50th and 95th
 * percentile of the time to an answer, one caller after the other and 32 at once. Everything is real:
 * the command line, a model of the digits in the registry, HTTP on connections that stay open.
 *
 *   npm run bench:serve -- [--json] [--seconds 5]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasetStep } from '../dist/activities/dataset.js';
import { MEDIA_TYPE } from '../dist/artifacts/artifact.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { loadBackend } from '../dist/ml/backend.js';
import { buildNetwork } from '../dist/ml/network.js';
import { openModelRegistry } from '../dist/registry/model-registry.js';
import { decodeWith } from '../dist/spec/step-schemas.js';
import { freePort } from '../dist/temporal/local-server.js';
import { note, option, percentile, report } from './table.mjs';

const SECONDS = option('seconds', 5);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = path.join(ROOT, 'bin', 'modelwright.js');
const DIGITS = 'pipelines/data/digits.csv';
const RUN = { id: 'bench', pipeline: 'bench', planDigest: '', submittedBy: 'bench' };
const layer = (units, activation) => ({ type: 'dense', units, activation });
const conv = (filters) => ({
  ...{ type: 'conv2d', filters, kernelSize: 3, strides: 1, padding: 'same', activation: 'relu' },
});
/** The shapes of the two networks of pipelines/digits.yaml; what the weights are takes no time. */
const MODELS = {
  mlp: { features: undefined, hidden: [layer(64, 'relu'), layer(32, 'relu')] },
  cnn: {
    features: [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }],
    hidden: [
      ...[conv(32), { type: 'maxPooling2d', poolSize: 2 }, conv(64)],
      ...[{ type: 'flatten' }, layer(128, 'relu')],
    ],
  },
};

async function register(state, name, { features, hidden }) {
  const store = await openFolderStore(path.join(state, 'artifacts'));
  const given = { source: DIGITS, target: 'label', ...(features && { features }) };
  const { dataset } = await datasetStep.run(decodeWith('dataset', given), {
    ...{ run: RUN, stepId: 'data', attempt: 1, store, dataRoot: ROOT },
    ...{ scratch: path.join(state, 'scratch'), signal: new AbortController().signal },
    ...{ heartbeat: () => undefined, log: () => undefined },
  });
  const { inputShape, featureNames, encoders, classes, target } = await store.getJson(dataset);
  const layers = [...hidden, layer(classes.length, 'softmax')];
  const architecture = { version: 1, inputShape, classes: classes.length, layers, seed: 1 };
  const network = buildNetwork(architecture);
  const weights = await store.put(network.exportWeights(), MEDIA_TYPE.weights);
  network.dispose();
  const input = { inputShape, featureNames, encoders, classes, target };
  const trainedOn = { dataset: dataset.sha256, backend: 'bench' };
  const manifest = { version: 1, type: 'network', input, architecture, weights, trainedOn };
  await openModelRegistry(state).promote({
    ...{ name, alias: 'production', run: RUN, step: name, metrics: {} },
    model: await store.putJson(manifest, MEDIA_TYPE.model),
    ...{ auditStatus: null, reviewVerdict: null },
  });
}

function startServer(project, name, port) {
  const args = [BIN, 'serve', '--model', name, '--port', String(port)];
  const child = spawn(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      if (text.includes('/predict')) return;
      text += data;
      if (text.includes('/predict')) resolve(child);
    });
    child.once('exit', () => reject(new Error(`serve ended: ${text}`)));
  });
}

function post(agent, port, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const asked = request(
      { agent, port, host: '127.0.0.1', path: '/predict', method: 'POST', headers },
      (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`answered with ${answer.statusCode}`));
        });
      },
    );
    asked.once('error', reject).end(body);
  });
}

async function passesOf(port) {
  return (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).passes;
}

async function measure(name, port, bodies, callers, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const times = [];
  const passes = await passesOf(port);
  const begun = performance.now();
  const until = begun + 1000 * seconds;
  const call = async (caller) => {
    for (let at = caller; performance.now() < until; at += callers) {
      const asked = performance.now();
      await post(agent, port, bodies[at % bodies.length]);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const elapsed = (performance.now() - begun) / 1000;
  agent.destroy();
  return {
    model: name,
    'at once': callers,
    'requests/s': times.length / elapsed,
    'p50, ms': percentile(times, 0.5),
    'p95, ms': percentile(times, 0.95),
    'rows a pass': times.length / ((await passesOf(port)) - passes),
  };
}

const [header, ...lines] = readFileSync(path.join(ROOT, DIGITS), 'utf8').trimEnd().split('\n');
const names = header.split(',');
const bodies = lines.slice(0, 512).map((line) => {
  const cells = line.split(',').map(Number);
  const row = Object.fromEntries(names.map((column, at) => [column, cells[at]]));
  return Buffer.from(JSON.stringify({ rows: [row] }));
});
const project = mkdtempSync(path.join(tmpdir(), 'modelwright-bench-'));
const rows = [];
let server = null;
try {
  const { fingerprint } = await loadBackend();
  for (const [name, shape] of Object.entries(MODELS)) {
    await register(path.join(project, '.modelwright'), name, shape);
    const port = await freePort();
    server = await startServer(project, name, port);
    await measure(name, port, bodies, 8, 1);
    for (const callers of [1, 32]) {
      note(`${name}, ${callers} at once`);
      rows.push(await measure(name, port, bodies, callers, SECONDS));
    }
    server.removeAllListeners('exit').kill('SIGTERM');
    server = null;
  }
  report('Single rows over HTTP', rows, { cpus: cpus().length, backend: fingerprint });
} finally {
  server?.removeAllListeners('exit').kill('SIGTERM');
  rmSync(project, { recursive: true, force: true });
}
