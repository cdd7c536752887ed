/**
 * Explanations beside lime and shap: the same rows, network and number of evaluations, each side in a
 * process of its own, in turn, row by row.
 *
 *   npm run bench:explain -- [--json] [--rows 7] [--only lime-table]
 *
 * Seconds are of one explained row; two rows of each side warm up and do not count. What both sides
 * fit once on the training part is not counted. The network is ours here, by the native backend, and
 * the same weights by numpy there; `model` is what the bare network takes for as many rows as were
 * computed, so that what explaining itself costs can be told from it. lime and shap, pinned below, go into a
 * virtual environment in modelwright's cache; MODELWRIGHT_BENCH_PYTHON names a Python that has them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawData, drawWeights, WORDS, WORKLOADS } from './explain-workloads.mjs';
import { preparePython, startSide } from './python-side.mjs';
import { median, note, option, report } from './table.mjs';

const PACKAGES = ['lime==0.2.0.1', 'shap==0.51.0', 'scikit-learn==1.9.1', 'numpy==2.4.6'];
const WARM_UP_ROWS = 2;
const MOST_WEIGHTS = 1_000_000;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function writeFiles(workload, folder) {
  const at = (name) => path.join(folder, name);
  const files = { x: at('x'), weights: at('weights'), words: at('words') };
  const { x, texts } = drawData(workload);
  writeFileSync(files.x, x ?? JSON.stringify(texts));
  writeFileSync(files.words, JSON.stringify(WORDS));
  writeFileSync(files.weights, drawWeights(weightsOf(workload)));
  return files;
}

function weightsOf({ inputShape, hidden }) {
  let width = inputShape.at(-1);
  let side = inputShape[0];
  let count = 0;
  for (const layer of hidden) {
    if (layer.type === 'dense') count += (width + 1) * layer.units;
    if (layer.type === 'embedding') count += layer.vocabulary * layer.units;
    if (layer.type === 'conv2d') {
      count += (layer.kernelSize ** 2 * width + 1) * layer.filters;
      side = Math.floor((side - layer.kernelSize) / layer.strides) + 1;
    }
    if (layer.type === 'flatten') width *= side * side;
    else width = layer.units ?? layer.filters ?? width;
  }
  const all = count + 2 * (width + 1);
  if (all > MOST_WEIGHTS) throw new Error(`${all} weights`);
  return all;
}

async function measure(workload, python) {
  const description = JSON.stringify(workload);
  const sides = {
    ours: await startSide(process.execPath, [here('explain-rows.mjs'), description]),
    python: await startSide(python, [here('explain_python.py'), description]),
  };
  const rows = { ours: [], python: [] };
  for (let row = 0; row < WARM_UP_ROWS + option('rows', 7); row += 1) {
    for (const [name, side] of Object.entries(sides)) rows[name].push(await side.run());
  }
  for (const side of Object.values(sides)) side.end();
  return { rows, versions: [sides.ours.versions, sides.python.versions] };
}

function summarise({ name }, { rows }) {
  const middle = (side, key) => median(rows[side].slice(WARM_UP_ROWS).map((one) => one[key]));
  const [ours, python] = [middle('ours', 'seconds'), middle('python', 'seconds')];
  const apart = (side) => Math.max(0, middle(side, 'seconds') - middle(side, 'model'));
  const ratios = rows.ours
    .slice(WARM_UP_ROWS)
    .map(({ seconds }, at) => rows.python[WARM_UP_ROWS + at].seconds / seconds);
  return {
    ...{ workload: name, 'ours, s': ours, 'python, s': python, ratio: python / ours },
    ...{ 'lowest ratio': Math.min(...ratios), 'highest ratio': Math.max(...ratios) },
    ...{ 'ours, evaluations': middle('ours', 'evaluations') },
    ...{ 'python, evaluations': middle('python', 'evaluations') },
    ...{ 'ours, computed': middle('ours', 'made') },
    ...{ 'ours, model s': middle('ours', 'model'), 'python, model s': middle('python', 'model') },
    // Of what explaining itself takes: a large network makes both sides alike.
    'ratio, model apart': apart('python') / apart('ours'),
    ...likeness(rows),
  };
}

/** Of methods that give each value its own: that both sides find the same. */
function likeness({ ours, python }) {
  const [a, b] = [ours.at(-1).top, python.at(-1).top];
  if (typeof b[0] !== 'number') return {};
  return { 'largest difference': Math.max(...b.map((value, at) => Math.abs(value - a[at]))) };
}

async function compare() {
  const python = await preparePython({
    folder: 'bench-lime-0.2.0.1-shap-0.51.0',
    packages: PACKAGES,
    label: 'installing lime and shap (once)',
  });
  const only = process.argv.indexOf('--only');
  const wanted = only > 0 ? process.argv[only + 1] : '';
  const rows = [];
  const load = [loadavg()[0]];
  let versions = [];
  for (const workload of WORKLOADS.filter(({ name }) => name.startsWith(wanted))) {
    note(workload.name);
    const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-explain-'));
    try {
      const measured = await measure({ ...workload, files: writeFiles(workload, folder) }, python);
      rows.push(summarise(workload, measured));
      versions = measured.versions;
      load.push(loadavg()[0]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  report('Explanations beside lime and shap', rows, { cores: cpus().length, load, versions });
}

await compare();
