/**
 * What the engine costs over bare Temporal: a chain and a fan-out of no-op activities, once as
 * hand-written Temporal code and once as a modelwright pipeline, in turn, on one server, with one
 * worker. A pipeline's figure holds everything a run does, its manifest and report included.
 *
 *   npm run bench:engine -- [--json] [--steps 200] [--runs 5]
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { writeReport } from '../dist/activities/write-report.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { asActivity } from '../dist/temporal/activity-adapter.js';
import { connectClient, connectWorker } from '../dist/temporal/connection.js';
import { ensureLocalServer, freePort } from '../dist/temporal/local-server.js';
import { finalStatus, startRun } from '../dist/temporal/runs.js';
import { createWorker } from '../dist/temporal/worker.js';
import { chainOf, fanOutOf } from './noop-plan.mjs';
import { median, note, option, report } from './table.mjs';

const STEPS = option('steps', 200);
const RUNS = option('runs', 5);
const TASK_QUEUE = 'bench-engine';

async function timed(perform) {
  const startedAt = performance.now();
  await perform();
  return (performance.now() - startedAt) / STEPS;
}

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-bench-'));
const server = await ensureLocalServer(folder, { port: await freePort() });
try {
  const store = await openFolderStore(path.join(folder, 'artifacts'));
  const connection = await connectWorker(server.settings);
  const client = await connectClient(server.settings);
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./engine-workflows.js', import.meta.url)),
    logger: { info() {}, debug() {}, trace() {}, log() {}, warn: note, error: note },
  });
  const worker = await createWorker({
    connection,
    namespace: 'default',
    taskQueue: TASK_QUEUE,
    workflowCode: code,
    activities: {
      noop: asActivity(() => Promise.resolve({})),
      'probe-cache': asActivity(() => Promise.resolve({ hits: [], more: false })),
      'write-report': asActivity((record) => writeReport(record, store)),
    },
  });
  const bare = (type) =>
    timed(() =>
      client.workflow.execute(type, {
        taskQueue: TASK_QUEUE,
        workflowId: randomUUID(),
        args: [STEPS],
      }),
    );
  const pipeline = (shape) =>
    timed(async () => {
      const { id } = await startRun(client, {
        plan: (shape === 'chain' ? chainOf : fanOutOf)(`bench-${shape}`, STEPS),
        submittedBy: 'bench',
        runId: randomUUID(),
        taskQueue: TASK_QUEUE,
      });
      const status = await finalStatus(client, id);
      if (status.state !== 'succeeded') throw new Error(JSON.stringify(status.error));
    });
  await worker.runUntil(async () => {
    const shapes = [
      ['chain', 'bareChain'],
      ['fan-out', 'bareFanOut'],
    ];
    const rows = [];
    for (const [shape, type] of shapes) {
      await bare(type); // warm-up: JIT, SQLite pages
      await pipeline(shape);
      const pairs = [];
      for (let run = 0; run < RUNS; run++) {
        const pair = { bare: await bare(type), pipeline: await pipeline(shape) };
        pairs.push(pair);
        note(
          `${shape} ${run + 1}/${RUNS}: bare ${pair.bare.toFixed(1)}, pipeline ${pair.pipeline.toFixed(1)} ms a step`,
        );
      }
      rows.push({
        shape,
        steps: STEPS,
        'bare ms/step': median(pairs.map((pair) => pair.bare)),
        'modelwright ms/step': median(pairs.map((pair) => pair.pipeline)),
        ratio: median(pairs.map((pair) => pair.pipeline / pair.bare)),
      });
    }
    report(`engine, median of ${RUNS} pairs`, rows, {
      node: process.versions.node,
      cpus: cpus().length,
    });
  });
  await client.connection.close();
  await connection.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
