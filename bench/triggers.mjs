/**
 * How soon a push becomes a run: from `git push` returning to the first step's start, by the
 * post-receive hook and by a webhook, and how long a sync of many pipelines with one change takes.
 * Everything is real: `modelwright up`, a bare repository, the command line. The first step's start
 * is the time of its event in the run's history. A negative figure means that the step had started
 * before the push returned: the hook tells the pusher what the sync said, so the push waits for it.
 *
 *   npm run bench:triggers -- [--json] [--pushes 50] [--pipelines 1000] [--syncs 5]
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectClient } from '../dist/temporal/connection.js';
import { freePort } from '../dist/temporal/local-server.js';
import { finalStatus, listRuns } from '../dist/temporal/runs.js';
import { findTemporal } from '../dist/temporal/settings.js';
import { note, option, percentile, report } from './table.mjs';

const PUSHES = option('pushes', 50);
const PIPELINES = option('pipelines', 1000);
const SYNCS = option('syncs', 5);
const BIN = fileURLToPath(new URL('../bin/modelwright.js', import.meta.url));
const SECRET = randomBytes(24).toString('hex');
const DATA = `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`;

const { TEMPORAL_ADDRESS: _elsewhere, ...inherited } = process.env;
const env = {
  ...inherited,
  BENCH_SECRET: SECRET,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@example.org',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@example.org',
};

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`);
  return stdout.trim();
}

const started = [];

/** A long-lived command, once it says that it is ready. */
async function service(args, cwd, ready) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: 'pipe' });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  while (!text.includes(ready)) {
    if (child.exitCode !== null) throw new Error(`${args[0]} ended: ${text}`);
    await sleep(20);
  }
}

const pipelineText = (name, seed, push = true) => `name: ${name}
${push ? 'on: { push: {} }\n' : ''}steps:
  data:
    uses: dataset
    with: { source: pipelines/data/d.csv, target: y, split: { seed: ${seed} } }
`;

/** A work tree and a bare repository that it pushes to. */
function makeRepository(folder, files) {
  mkdirSync(path.join(folder, 'pipelines', 'data'), { recursive: true });
  writeFileSync(path.join(folder, 'pipelines', 'data', 'd.csv'), DATA);
  for (const [file, text] of files) writeFileSync(path.join(folder, 'pipelines', file), text);
  run('git', ['init', '--quiet', '--initial-branch=main'], folder);
  run('git', ['add', '--all'], folder);
  run('git', ['commit', '--quiet', '-m', 'first'], folder);
  const bare = `${folder}.git`;
  run('git', ['clone', '--quiet', '--bare', folder, bare], folder);
  run('git', ['remote', 'add', 'origin', bare], folder);
  return bare;
}

function commitChange(folder, file, text) {
  writeFileSync(path.join(folder, 'pipelines', file), text);
  run('git', ['commit', '--quiet', '--all', '-m', `change ${file}`], folder);
  return run('git', ['rev-parse', 'HEAD'], folder);
}

/** Waits for a commit's run to end. @returns when its first step started, in ms since 1970 */
async function firstStepMs(client, commit) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const runs = await listRuns(client, { limit: 20 });
    const found = runs.find(({ origin }) => origin.type === 'push' && origin.commit === commit);
    if (found) {
      const { state } = await finalStatus(client, found.id);
      if (state !== 'succeeded') throw new Error(`${found.id} ${state}`);
      const { events } = await client.workflow.getHandle(found.id).fetchHistory();
      const event = events.find((one) => one.activityTaskStartedEventAttributes);
      const { seconds, nanos } = event.eventTime;
      return Number(seconds) * 1000 + nanos / 1e6;
    }
    if (Date.now() > deadline) throw new Error(`no run of ${commit}`);
    await sleep(20);
  }
}

/** A repository's pushes, one after the other; the first is a warm-up. */
async function measurePushes(client, folder, name) {
  const pushes = [];
  for (let at = 0; at <= PUSHES; at++) {
    const commit = commitChange(folder, 'a.yaml', pipelineText(name, 100 + at));
    const beganAt = Date.now();
    run('git', ['push', '--quiet', 'origin', 'main'], folder);
    const endedAt = Date.now();
    const startedAt = await firstStepMs(client, commit);
    if (at === 0) continue;
    pushes.push({
      after: startedAt - endedAt,
      push: endedAt - beganAt,
      whole: startedAt - beganAt,
    });
    if (at % 10 === 0) note(`${name} ${at}/${PUSHES}`);
  }
  const of = (key, p) =>
    percentile(
      pushes.map((one) => one[key]),
      p,
    );
  return {
    trigger: name,
    pushes: PUSHES,
    'push→step p50 ms': of('after', 0.5),
    'push→step p95 ms': of('after', 0.95),
    'push took p50 ms': of('push', 0.5),
    'push took p95 ms': of('push', 0.95),
    'push begun→step p50 ms': of('whole', 0.5),
    'push begun→step p95 ms': of('whole', 0.95),
  };
}

/** What a provider does after a push: it posts a signed payload, and waits for the answer. */
const deliverScript = (url, bare) => `#!${process.execPath}
const { createHmac, randomUUID } = require('node:crypto');
const [before, after, ref] = require('node:fs').readFileSync(0, 'utf8').trim().split(' ');
const body = JSON.stringify({
  ref, before, after, head_commit: { id: after },
  repository: { full_name: 'bench/models', clone_url: ${JSON.stringify(`file://${bare}`)} },
});
const digest = createHmac('sha256', ${JSON.stringify(SECRET)}).update(body).digest('hex');
fetch(${JSON.stringify(url)}, {
  method: 'POST', body,
  headers: {
    'content-type': 'application/json', 'x-github-event': 'push',
    'x-github-delivery': randomUUID(), 'x-hub-signature-256': 'sha256=' + digest,
  },
}).then(({ status }) => { if (status !== 202) { console.error(status); process.exitCode = 1; } });
`;

async function byHook(client, place) {
  const folder = path.join(place, 'by-hook');
  const bare = makeRepository(folder, [['a.yaml', pipelineText('hook', 1)]]);
  run(process.execPath, [BIN, 'hooks', 'install', bare], place);
  return measurePushes(client, folder, 'hook');
}

async function byWebhook(client, place) {
  const folder = path.join(place, 'by-webhook');
  const bare = makeRepository(folder, [['a.yaml', pipelineText('webhook', 1)]]);
  const port = await freePort();
  const args = ['webhook', '--repo', bare, '--secret-env', 'BENCH_SECRET', '--port', String(port)];
  await service(args, place, 'receiver ready');
  const hook = path.join(bare, 'hooks', 'post-receive');
  mkdirSync(path.dirname(hook), { recursive: true });
  writeFileSync(hook, deliverScript(`http://127.0.0.1:${port}/hooks/github`, bare));
  chmodSync(hook, 0o755);
  return measurePushes(client, folder, 'webhook');
}

function bySync(place) {
  const folder = path.join(place, 'many');
  const names = Array.from({ length: PIPELINES }, (_, at) => `many-${at}`);
  const bare = makeRepository(
    folder,
    names.map((name) => [`${name}.yaml`, pipelineText(name, 1, false)]),
  );
  const sync = () => {
    const beganAt = performance.now();
    run(process.execPath, [BIN, 'sync', bare], place);
    return performance.now() - beganAt;
  };
  const first = sync();
  note(`first sync of ${PIPELINES} pipelines: ${(first / 1000).toFixed(1)} s`);
  const times = Array.from({ length: SYNCS }, (_, at) => {
    commitChange(folder, 'many-7.yaml', pipelineText('many-7', 100 + at, false));
    run('git', ['push', '--quiet', 'origin', 'main'], folder);
    return sync();
  });
  return {
    'first sync s': first / 1000,
    'one change, median s': percentile(times, 0.5) / 1000,
    'one change, longest s': Math.max(...times) / 1000,
  };
}

const place = mkdtempSync(path.join(tmpdir(), 'modelwright-triggers-'));
try {
  mkdirSync(path.join(place, 'pipelines', 'data'), { recursive: true });
  writeFileSync(path.join(place, 'pipelines', 'data', 'd.csv'), DATA);
  await service(['up', '--port', String(await freePort())], place, 'worker ready');
  const client = await connectClient(findTemporal(path.join(place, '.modelwright')));
  const rows = [await byHook(client, place), await byWebhook(client, place)];
  await client.connection.close();
  report('triggers', rows, {
    [`sync of ${PIPELINES} pipelines`]: bySync(place),
    node: process.versions.node,
    cpus: cpus().length,
  });
} finally {
  for (const child of started.reverse()) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  }
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}
