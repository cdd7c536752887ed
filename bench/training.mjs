/**
 * Training and prediction beside Keras: the same layers, rows, batches and optimizer, each side in a
 * process of its own with as many threads, in turn, block by block.
 *
 *   npm run bench:training -- [--json] [--blocks 7] [--only mlp]
 *
 * A block is an epoch (or one prediction of all rows); two blocks of each side warm up and do not
 * count. Keras runs as it comes: `fit` and `predict`, compiled by XLA. Its packages, pinned below, go
 * into a virtual environment in modelwright's cache; MODELWRIGHT_BENCH_PYTHON names a Python that has
 * them already.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePython, startSide } from './python-side.mjs';
import { median, note, option, report } from './table.mjs';
import { drawRows, WORKLOADS } from './training-workloads.mjs';

const PACKAGES = ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'numpy==2.4.6'];
const WARM_UP_BLOCKS = 2;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

async function measure(workload, python) {
  const description = JSON.stringify(workload);
  const sides = {
    ours: await startSide(process.execPath, [here('training-blocks.mjs'), description]),
    keras: await startSide(python, [here('training_keras.py'), description]),
  };
  const blocks = { ours: [], keras: [] };
  for (let block = 0; block < WARM_UP_BLOCKS + option('blocks', 7); block += 1) {
    for (const [name, side] of Object.entries(sides)) blocks[name].push(await side.run());
  }
  for (const side of Object.values(sides)) side.end();
  return { blocks, versions: [sides.ours.versions, sides.keras.versions] };
}

function summarise({ name, task, rows }, { blocks }) {
  const measured = (side) => blocks[side].slice(WARM_UP_BLOCKS);
  const speed = (side) => rows / median(measured(side).map(({ seconds }) => seconds));
  const ratios = measured('ours').map(({ seconds }, at) => measured('keras')[at].seconds / seconds);
  return {
    ...{ workload: name, task, 'ours, rows/s': speed('ours'), 'keras, rows/s': speed('keras') },
    ...{ ratio: speed('ours') / speed('keras') },
    ...{ 'lowest ratio': Math.min(...ratios), 'highest ratio': Math.max(...ratios) },
    ...{ 'ours, peak MiB': blocks.ours.at(-1).peakMiB },
    ...{ 'keras, peak MiB': blocks.keras.at(-1).peakMiB },
    // Of the same number of epochs: that both sides learn the same.
    ...(task === 'train' && {
      ...{ 'ours, loss': blocks.ours.at(-1).result, 'keras, loss': blocks.keras.at(-1).result },
    }),
  };
}

async function compare() {
  const python = await preparePython({
    folder: 'bench-keras-3.15.1',
    packages: PACKAGES,
    label: 'installing Keras (300 MB, once)',
  });
  const only = process.argv.indexOf('--only');
  const wanted = only > 0 ? process.argv[only + 1] : '';
  const rows = [];
  const load = [loadavg()[0]];
  let versions = [];
  for (const workload of WORKLOADS.filter(({ name }) => name.startsWith(wanted))) {
    note(`${workload.name}, ${workload.task}`);
    const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-training-'));
    try {
      const { x, y } = drawRows(workload);
      const files = { x: path.join(folder, 'x.bin'), y: path.join(folder, 'y.bin') };
      writeFileSync(files.x, x);
      writeFileSync(files.y, y);
      const measured = await measure({ ...workload, files }, python);
      rows.push(summarise(workload, measured));
      versions = measured.versions;
      load.push(loadavg()[0]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  report('Training and prediction beside Keras', rows, { cores: cpus().length, load, versions });
}

await compare();
