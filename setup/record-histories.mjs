/**
 * Records the histories that the replay test holds new code against: one per way a run can end.
 *
 *   node setup/record-histories.mjs        writes test/histories/<version>/*.json
 *
 * Run it once for a release; histories of earlier releases stay as they are.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { asActivity } from '../dist/temporal/activity-adapter.js';
import { connectClient, connectWorker } from '../dist/temporal/connection.js';
import { ensureLocalServer, freePort } from '../dist/temporal/local-server.js';
import { decide, decisionFor, openItems } from '../dist/temporal/reviews.js';
import { cancelRun, finalStatus, startRun } from '../dist/temporal/runs.js';
import { createWorker } from '../dist/temporal/worker.js';
import { PipelineError } from '../dist/errors.js';
import { ROOT } from './paths.mjs';

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const OUT = path.join(ROOT, 'test', 'histories', version);
const REVIEW = {
  timeout: '1h',
  quorum: 1,
  fourEyes: false,
  onTimeout: 'fail',
  onReject: 'fail',
};
const ref = { uri: 'artifact://sha256/0', sha256: '0', bytes: 0, mediaType: 'x' };

const activities = {
  echo: asActivity(({ with: input }) => Promise.resolve(input)),
  fail: asActivity(() => Promise.reject(new PipelineError('DATA_INVALID', 'row 3 is empty'))),
  hang: asActivity(
    (_input, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stop')))),
  ),
  'human-review': asActivity(({ step }) =>
    Promise.resolve({
      items: ref,
      subjects: [0, 1].map((row) => ({ id: `${step}-${row}`, digest: `digest-${row}` })),
      classes: ['cat', 'dog'],
    }),
  ),
  'record-decisions': asActivity(() => Promise.resolve({ decisions: ref })),
  'write-report': asActivity(() => Promise.resolve({ manifest: ref, report: ref })),
};

function planOf(name, steps) {
  return {
    version: 1,
    pipeline: name,
    description: '',
    params: {},
    steps: steps.map((step) => ({
      with: { literal: {} },
      needs: [],
      retry: { attempts: 2, backoffMs: 10, maxIntervalMs: 100, nonRetryable: [] },
      timeoutMs: 60_000,
      heartbeatMs: 5_000,
      ...step,
    })),
    outputs: {},
    digest: name,
  };
}

const gated = (settings) => [
  { id: 'a', kind: 'echo', with: { literal: { x: 1 } } },
  {
    id: 'b',
    kind: 'echo',
    needs: ['a'],
    with: { map: { y: { ref: { step: 'a', path: ['x'] } } } },
  },
  { id: 'c', kind: 'echo', needs: ['a'] },
  {
    id: 'gate',
    kind: 'human-review',
    needs: ['b', 'c'],
    with: { literal: { ...REVIEW, ...settings } },
  },
  { id: 'd', kind: 'echo', needs: ['gate'] },
];

async function untilOpen(client, id) {
  for (;;) {
    const items = await openItems(client, id);
    if (items.length > 0) return items;
    await sleep(50);
  }
}

/** What happens to each run besides its own steps. */
const SCENES = {
  reviewed: {
    steps: gated({}),
    act: async (client, id) => {
      const [first, second] = await untilOpen(client, id);
      await decide(client, first, { verdict: 'approve', reviewer: 'ann' });
      await decide(client, first, { verdict: 'reject', reviewer: 'bob' });
      const choice = { verdict: 'relabel', label: 'dog', reviewer: 'ann' };
      await client.workflow.getHandle(id).signal('review', decisionFor(second, choice));
    },
  },
  'timed-out': { steps: gated({ timeout: '300ms', onTimeout: 'approve' }) },
  failed: {
    steps: [
      { id: 'a', kind: 'fail' },
      { id: 'b', kind: 'echo', needs: ['a'] },
      { id: 'c', kind: 'echo' },
    ],
  },
  cancelled: {
    steps: [
      { id: 'a', kind: 'hang' },
      { id: 'b', kind: 'echo', needs: ['a'] },
    ],
    act: async (client, id) => {
      await sleep(500);
      await cancelRun(client, id);
    },
  },
};

const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-histories-'));
const server = await ensureLocalServer(folder, { port: await freePort() });
try {
  const client = await connectClient(server.settings);
  const connection = await connectWorker(server.settings);
  const worker = await createWorker({ connection, namespace: 'default', activities });
  mkdirSync(OUT, { recursive: true });
  await worker.runUntil(async () => {
    for (const [name, { steps, act }] of Object.entries(SCENES)) {
      const { id } = await startRun(client, { plan: planOf(name, steps), submittedBy: 'ann' });
      await act?.(client, id);
      await finalStatus(client, id);
      const history = await client.workflow.getHandle(id).fetchHistory();
      const file = path.join(OUT, `${name}.json`);
      // Stack traces name files of the project, not of the machine.
      const text = historyToJSON(history).replaceAll(`${ROOT}${path.sep}`, '');
      writeFileSync(file, `${text}\n`);
      console.log(path.relative(ROOT, file));
    }
  });
  await client.connection.close();
  await connection.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
