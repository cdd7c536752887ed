/**
 * Held-out accuracy of the example pipelines over seeds, as their YAML files stand: every step up
 * to the prediction runs as a worker would run it, with `--param seed=N`.
 *
 *   npm run bench:accuracy -- [--json] [--seeds 5] [--first 101]
 *
 * The settings were chosen by looking at seeds 1 to 5; the default seeds are fresh ones. Goals:
 * digits ≥ 0.98, breast cancer ≥ 0.96. Exit code 1 where a mean misses its goal.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { predictStep } from '../dist/activities/predict.js';
import { stepEntry } from '../dist/activities/steps.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { loadBackend } from '../dist/ml/backend.js';
import { compilePlan } from '../dist/plan/compile-plan.js';
import { resolveTemplate } from '../dist/plan/template.js';
import { loadSpec } from '../dist/spec/load-spec.js';
import { decodeWith } from '../dist/spec/step-schemas.js';
import { note, option, report } from './table.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const GOALS = { digits: 0.98, 'breast-cancer': 0.96 };
const UP_TO = ['dataset', 'architect', 'train', 'fuse', 'predict'];
const FIRST = option('first', 101);
const SEEDS = Array.from({ length: option('seeds', 5) }, (_, index) => FIRST + index);

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-accuracy-'));
const store = await openFolderStore(path.join(folder, 'store'));

const contextOf = (run, stepId) => ({
  run: { id: run, pipeline: run, planDigest: '', submittedBy: 'bench' },
  stepId,
  attempt: 1,
  store,
  dataRoot: ROOT,
  scratch: path.join(folder, run, stepId),
  signal: new AbortController().signal,
  heartbeat() {},
  log() {},
});

/** @returns accuracy on the test part of each trained model and of the pipeline's prediction. */
async function runSeed(name, seed) {
  const plan = compilePlan(loadSpec(path.join(ROOT, 'pipelines', `${name}.yaml`)), { seed });
  const outputs = {};
  const accuracies = {};
  const seconds = {};
  for (const { id, kind, with: template } of plan.steps) {
    if (!UP_TO.includes(kind)) continue;
    const startedAt = performance.now();
    const step = await stepEntry(kind).load();
    const input = decodeWith(kind, resolveTemplate(template, outputs));
    outputs[id] = await step.run(input, contextOf(`${name}-${seed}`, id));
    if (kind === 'predict') accuracies.pipeline = outputs[id].accuracy;
    if (kind !== 'train') continue;
    seconds[id] = (performance.now() - startedAt) / 1000;
    const alone = { model: outputs[id].model, dataset: input.dataset, part: 'test' };
    const context = contextOf(`${name}-${seed}`, `${id}Alone`);
    accuracies[id] = (await predictStep.run(alone, context)).accuracy;
  }
  return { accuracies, seconds };
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

try {
  const backend = await loadBackend();
  const rows = [];
  for (const [name, goal] of Object.entries(GOALS)) {
    const runs = [];
    for (const seed of SEEDS) {
      runs.push(await runSeed(name, seed));
      note(`${name} seed ${seed}: ${JSON.stringify(runs.at(-1).accuracies)}`);
    }
    for (const model of Object.keys(runs[0].accuracies)) {
      const values = runs.map(({ accuracies }) => accuracies[model]);
      const isPipeline = model === 'pipeline';
      rows.push({
        pipeline: name,
        model,
        mean: mean(values),
        lowest: Math.min(...values),
        'training s': isPipeline ? null : mean(runs.map(({ seconds }) => seconds[model])),
        goal: isPipeline ? goal : null,
        met: isPipeline ? mean(values) >= goal : null,
      });
    }
  }
  report(`held-out accuracy (20 % of the rows), seeds ${SEEDS.join(', ')}`, rows, {
    backend: backend.fingerprint,
  });
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
