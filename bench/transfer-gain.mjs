/**
 * What `transfer` gains where few rows of the target are labelled: accuracy on the rest of the rows,
 * against the same network from fresh weights, trained by the step `train` on the same rows, for as many
 * epochs, at the same rate. For each seed everything is drawn anew: the rows, the base, the head.
 *
 *   npm run bench:transfer-gain -- [--json] [--seeds 10] [--first 201] [--only mail]
 *
 * Settings (and the rate, which is as good as any for fresh weights) were chosen on seeds 1 to 5; the
 * default seeds are fresh ones. The interval of the mean difference is Student's, 95 %, over the seeds.
 * Exit code 1 where a goal is missed: an interval above 0.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { stepEntry } from '../dist/activities/steps.js';
import { MEDIA_TYPE } from '../dist/artifacts/artifact.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { pairedInterval } from '../dist/ml/audit/paired-interval.js';
import { loadBackend } from '../dist/ml/backend.js';
import { decodeWith } from '../dist/spec/step-schemas.js';
import { note, option, report } from './table.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const PIXELS = [{ type: 'image', columns: 'pixel_*', shape: [8, 8, 1], range: [0, 16] }];
const DIGITS = { source: 'pipelines/data/digits.csv', features: PIXELS };
const NUMBERED = '(SELECT *, row_number() OVER () AS n FROM data)';
const CNN = { family: 'cnn', filters: [16], dense: [32] };
const MAIL = 'pipelines/data/mail.csv';

/** Shares of the split that leave `train` of `rows` rows, and the most of the others, for the test. */
const fewOf = (train, rows) => ({
  train: train / rows,
  validation: 0.04,
  test: 0.96 - train / rows,
});

const CASES = {
  /** Which digit it is, of other rows, and from that whether it is odd. */
  'digits, odd or even': {
    wins: true,
    base: {
      ...DIGITS,
      target: 'label',
      query: `SELECT * EXCLUDE (n) FROM ${NUMBERED} WHERE n <= 900`,
    },
    target: {
      ...DIGITS,
      target: 'odd',
      query: `SELECT * EXCLUDE (n, label), label % 2 AS odd FROM ${NUMBERED} WHERE n > 900`,
      split: fewOf(25, 897),
    },
    network: CNN,
    training: { optimizer: { learningRate: 0.002 }, epochs: 20 },
    transfer: { cutAt: 'dense_2', head: { hidden: [16] } },
  },
  /** Digits of one half are no help for those of the other, which 25 rows tell apart: no goal. */
  'digits, 0–4 to 5–9': {
    wins: false,
    base: { ...DIGITS, target: 'label', query: 'SELECT * FROM data WHERE label < 5' },
    target: {
      ...DIGITS,
      target: 'label',
      query: 'SELECT * FROM data WHERE label >= 5',
      split: fewOf(25, 896),
    },
    network: CNN,
    training: { optimizer: { learningRate: 0.002 }, epochs: 20 },
    transfer: { cutAt: 'flatten_1', head: { hidden: [32] } },
  },
  /** Words that tell spam from mail, taken to newsletters against mail of another time. */
  'mail, spam to newsletters': {
    wins: true,
    base: {
      source: MAIL,
      target: 'label',
      query: `SELECT subject || ' ' || body AS text, label FROM data
        WHERE "group" IN ('spam-1', 'spam-2', 'easy-ham-1')`,
      features: [{ type: 'text', columns: 'text', length: 64, vocabulary: 6000 }],
    },
    target: {
      source: MAIL,
      target: 'hard',
      query: `SELECT subject || ' ' || body AS text, "group" = 'hard-ham-1' AS hard
        FROM (SELECT *, row_number() OVER () AS n FROM data
          WHERE "group" IN ('hard-ham-1', 'easy-ham-2'))
        WHERE "group" = 'hard-ham-1' OR n % 5 = 0`,
      split: fewOf(25, 525),
    },
    network: {
      family: 'layers',
      layers: [
        { type: 'embedding', units: 24 },
        { type: 'globalAveragePooling1d' },
        { type: 'dense', units: 16, activation: 'relu' },
      ],
    },
    training: { optimizer: { learningRate: 0.003 }, epochs: 6 },
    transfer: { cutAt: 'globalAveragePooling1d_1' },
  },
};
const LEARNING = { optimizer: { learningRate: 0.005 }, batchSize: 8, epochs: 60 };

const ONLY = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]
  : '';
const FIRST = option('first', 201);
const SEEDS = Array.from({ length: option('seeds', 10) }, (_, index) => FIRST + index);

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-transfer-gain-'));
const store = await openFolderStore(path.join(folder, 'store'));
let steps = 0;

async function run(kind, input) {
  steps += 1;
  const context = {
    run: { id: 'bench', pipeline: 'bench', planDigest: '', submittedBy: 'bench' },
    stepId: `${kind}-${steps}`,
    attempt: 1,
    store,
    dataRoot: ROOT,
    scratch: path.join(folder, String(steps)),
    signal: new AbortController().signal,
    heartbeat() {},
    log() {},
  };
  const step = await stepEntry(kind).load();
  return step.run(decodeWith(kind, input), context);
}

/** @returns accuracy on the test part after a transfer and from fresh weights. */
async function runSeed({ base: of, target, network, training, transfer }, seed) {
  const split = { train: 0.9, validation: 0.1, test: 0, seed };
  const { dataset: many } = await run('dataset', { ...of, split });
  const { architecture } = await run('architect', { ...network, dataset: many, seed });
  const { model: base } = await run('train', { ...training, architecture, dataset: many, seed });
  const { dataset } = await run('dataset', {
    ...target,
    ...(target.features === undefined && { readAs: many }),
    split: { ...target.split, seed },
  });
  const moved = await run('transfer', { ...LEARNING, ...transfer, base, dataset, seed });
  const drawn = (await store.getJson(moved.model)).architecture;
  const fresh = await run('train', {
    ...LEARNING,
    architecture: await store.putJson(drawn, MEDIA_TYPE.architecture),
    dataset,
    seed,
  });
  const accuracyOf = async ({ model }) =>
    (await run('predict', { model, dataset, part: 'test' })).accuracy;
  return { transferred: await accuracyOf(moved), scratch: await accuracyOf(fresh) };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

try {
  const backend = await loadBackend();
  const rows = [];
  for (const [name, given] of Object.entries(CASES).filter(([key]) => key.includes(ONLY))) {
    const runs = [];
    for (const seed of SEEDS) {
      runs.push(await runSeed(given, seed));
      note(`${name}, seed ${seed}: ${JSON.stringify(runs.at(-1))}`);
    }
    const gain = pairedInterval(
      runs.map(({ transferred, scratch }) => transferred - scratch),
      0.95,
    );
    rows.push({
      case: name,
      transferred: mean(runs.map(({ transferred }) => transferred)),
      scratch: mean(runs.map(({ scratch }) => scratch)),
      gain: gain.value,
      low: gain.low,
      high: gain.high,
      met: given.wins ? gain.low > 0 : null,
    });
  }
  report(`accuracy after training on 25 rows, seeds ${SEEDS.join(', ')}`, rows, {
    backend: backend.fingerprint,
    load: loadavg()[0].toFixed(1),
  });
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
