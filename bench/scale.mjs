/**
 * Long, wide, many and repeated: what runs of thousands of steps and thousands of runs cost.
 *
 *   npm run bench:scale -- [--json] [--steps 5000] [--open 1000]
 *
 * - a chain and a `foreach` of so many no-op steps: time, executions, longest history, and what the
 *   worker's memory has grown by;
 * - so many runs open at once, all waiting for an event: memory of the worker for each;
 * - compiling a pipeline of 1,000 steps;
 * - a pipeline of 100 steps whose results are all kept, from start to report.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeReport } from '../dist/activities/write-report.js';
import { openFolderStore } from '../dist/artifacts/folder-store.js';
import { startWorkerHost } from '../dist/cli/worker-host.js';
import { compilePlan } from '../dist/plan/compile-plan.js';
import { parseSpec } from '../dist/spec/parse-spec.js';
import { asActivity } from '../dist/temporal/activity-adapter.js';
import { connectClient, connectWorker } from '../dist/temporal/connection.js';
import { ensureLocalServer, freePort } from '../dist/temporal/local-server.js';
import { finalStatus, runStatus, startRun } from '../dist/temporal/runs.js';
import { createWorker } from '../dist/temporal/worker.js';
import { chainOf, planOf } from './noop-plan.mjs';
import { median, note, option, report } from './table.mjs';

const STEPS = option('steps', 5_000);
const OPEN = option('open', 1_000);
const MIB = 1024 * 1024;

const chain = () => chainOf('chain', STEPS);

const wide = () =>
  planOf('wide', [
    {
      id: 'many',
      foreach: {
        over: { items: { literal: Array.from({ length: STEPS }, (_, index) => index) } },
        parallel: 100,
        onItemFailure: 'stop',
      },
    },
  ]);

const waiting = () =>
  planOf('waiting', [
    {
      id: 'wait',
      kind: 'wait-for-event',
      with: { literal: { event: 'never', timeout: '1d' } },
    },
  ]);

const rssMiB = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / MIB;
};

async function executionsOf(client, id) {
  const lengths = [];
  for await (const info of client.workflow.list({ query: `WorkflowId="${id}"` })) {
    lengths.push(info.historyLength);
  }
  return lengths;
}

async function measureRun(client, plan) {
  const before = rssMiB();
  const startedAt = performance.now();
  const { id } = await startRun(client, { plan, submittedBy: 'bench', runId: randomUUID() });
  const status = await finalStatus(client, id);
  const ms = performance.now() - startedAt;
  if (status.state !== 'succeeded') throw new Error(JSON.stringify(status.error));
  const lengths = await executionsOf(client, id);
  return {
    what: `${plan.pipeline} of ${STEPS}`,
    'ms/step': ms / STEPS,
    executions: lengths.length,
    'longest history': Math.max(...lengths),
    'worker grew by MiB': rssMiB() - before,
  };
}

/** A worker that is busy with starting them may let a question go unanswered. */
async function isWaiting(client, id) {
  try {
    return (await runStatus(client, id)).steps[0].state === 'waiting';
  } catch (error) {
    if (error.code === 'NO_WORKER') return false;
    throw error;
  }
}

async function measureOpen(client) {
  const before = rssMiB();
  const startedAt = performance.now();
  const plan = waiting();
  const ids = Array.from({ length: OPEN }, () => randomUUID());
  for (let at = 0; at < ids.length; at += 50) {
    await Promise.all(
      ids
        .slice(at, at + 50)
        .map((runId) => startRun(client, { plan, submittedBy: 'bench', runId })),
    );
  }
  for (const id of [ids[0], ids.at(-1)]) {
    while (!(await isWaiting(client, id))) await sleep(100);
  }
  const row = {
    what: `${OPEN} open runs`,
    'ms/step': (performance.now() - startedAt) / OPEN,
    'worker grew by MiB': rssMiB() - before,
  };
  await Promise.all(ids.map((id) => client.workflow.getHandle(id).terminate()));
  return row;
}

function pipelineOf(count) {
  const steps = Array.from({ length: count }, (_, index) =>
    index === 0
      ? '  s0: { uses: dataset, with: { source: d.csv, target: y, features: [{ type: number, columns: [a] }] } }'
      : `  s${index}: { uses: architect, with: { dataset: "\${{ steps.s0.outputs.dataset }}", family: mlp, hidden: [${index}] } }`,
  );
  return `name: many\nsteps:\n${steps.join('\n')}\n`;
}

function measureCompile() {
  const text = pipelineOf(1_000);
  const rounds = Array.from({ length: 7 }, () => {
    const begun = performance.now();
    const spec = parseSpec(text, 'many.yaml');
    const read = performance.now();
    compilePlan(spec);
    return { read: read - begun, compile: performance.now() - read };
  });
  const [first] = rounds;
  return [
    { what: 'read 1,000 steps, first', 'ms in all': first.read },
    { what: 'read 1,000 steps', 'ms in all': median(rounds.map(({ read }) => read)) },
    { what: 'compile 1,000 steps, first', 'ms in all': first.compile },
    { what: 'compile 1,000 steps', 'ms in all': median(rounds.map(({ compile }) => compile)) },
  ];
}

async function measureCached(folder, settings, client) {
  const project = path.join(folder, 'project');
  mkdirSync(project);
  const rows = Array.from({ length: 60 }, (_, row) => `${row},${row % 2 ? 'yes' : 'no'}`);
  writeFileSync(path.join(project, 'd.csv'), `a,y\n${rows.join('\n')}\n`);
  const host = await startWorkerHost({
    settings,
    stateFolder: path.join(project, '.modelwright'),
    dataRoot: project,
    note,
  });
  try {
    const plan = compilePlan(parseSpec(pipelineOf(100), 'many.yaml'));
    const times = [];
    for (let round = 0; round < 6; round++) {
      const startedAt = performance.now();
      const { id } = await startRun(client, { plan, submittedBy: 'bench' });
      const status = await finalStatus(client, id);
      if (status.state !== 'succeeded') throw new Error(JSON.stringify(status.error));
      const kept = status.steps.filter(({ cachedFrom }) => cachedFrom).length;
      if (round > 0 && kept !== 100) throw new Error(`only ${kept} of 100 were kept`);
      times.push(performance.now() - startedAt);
    }
    return [
      { what: '100 steps, run', 'ms in all': times[0] },
      { what: '100 steps, all kept', 'ms in all': median(times.slice(1)) },
    ];
  } finally {
    await host.stop();
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-bench-'));
const server = await ensureLocalServer(folder, { port: await freePort() });
try {
  const store = await openFolderStore(path.join(folder, 'artifacts'));
  const connection = await connectWorker(server.settings);
  const client = await connectClient(server.settings);
  const rows = measureCompile();
  const worker = await createWorker({
    connection,
    namespace: 'default',
    activities: {
      noop: asActivity(() => Promise.resolve({})),
      'probe-cache': asActivity(() => Promise.resolve({ hits: [], more: false })),
      'write-report': asActivity((record) => writeReport(record, store)),
    },
  });
  await worker.runUntil(async () => {
    for (const plan of [chain(), wide()]) {
      rows.push(await measureRun(client, plan));
      note(JSON.stringify(rows.at(-1)));
    }
    rows.push(await measureOpen(client));
  });
  rows.push(...(await measureCached(folder, server.settings, client)));
  report('scale', rows, { node: process.versions.node, cpus: cpus().length });
  await client.connection.close();
  await connection.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
