/**
 * Records the histories that the replay test holds new code against: one per way a workflow can end.
 *
 *   node setup/record-histories.mjs [scene…]      writes test/histories/<version>/*.json
 *
 * Run it once for a release; histories of earlier releases stay as they are. It needs the build.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { connectClient, connectWorker } from '../dist/temporal/connection.js';
import { ensureLocalServer, freePort } from '../dist/temporal/local-server.js';
import { createWorker } from '../dist/temporal/worker.js';
import { activitiesOf, LONG_EVENTS, SCENES } from './history-scenes.mjs';
import { ROOT } from './paths.mjs';

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const OUT = path.join(ROOT, 'test', 'histories', version);

/** Stack traces name files of the project, not of the machine. */
function scrubbed(history) {
  const text = historyToJSON(history).replaceAll(`${ROOT}${path.sep}`, '');
  const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
    Buffer.from(data, 'base64').toString(),
  );
  const found = [text, ...payloads].find((one) => one.includes(ROOT) || one.includes(tmpdir()));
  if (found) throw new Error(`a path of this machine is in the history: ${found}`);
  return `${text}\n`;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(SCENES, name));
if (unknown.length > 0) throw new Error(`no such scene: ${unknown.join(', ')}`);
const folder = mkdtempSync(path.join(tmpdir(), 'modelwright-histories-'));
const dataRoot = path.join(folder, 'project');
mkdirSync(dataRoot);
const server = await ensureLocalServer(folder, {
  port: await freePort(),
  dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': LONG_EVENTS },
});
try {
  const client = await connectClient(server.settings);
  const connection = await connectWorker(server.settings);
  const stage = { client, dataRoot, stateFolder: folder };
  const activities = activitiesOf(stage);
  const worker = await createWorker({ connection, namespace: 'default', activities });
  mkdirSync(OUT, { recursive: true });
  await worker.runUntil(async () => {
    for (const name of chosen.length > 0 ? chosen : Object.keys(SCENES)) {
      const recorded = await SCENES[name](stage, name);
      const { id, runId } = typeof recorded === 'string' ? { id: recorded } : recorded;
      const history = await client.workflow.getHandle(id, runId).fetchHistory();
      const file = path.join(OUT, `${name}.json`);
      writeFileSync(file, scrubbed(history));
      console.log(path.relative(ROOT, file));
    }
  });
  await client.connection.close();
  await connection.close();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
