/** Times that were due while the server was down. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { connectClient } from '../../src/temporal/connection.ts';
import type { LocalServer } from '../../src/temporal/local-server.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import { reconcileSchedules } from '../../src/schedule/reconcile-schedules.ts';
import { temporaryFolder } from '../temporal/harness.ts';
import { pipelineOf, until } from './rig.ts';

const folder = temporaryFolder();
let server: LocalServer;
let client: Client;

async function startServer(): Promise<void> {
  server = await ensureLocalServer(folder, { port: await freePort() });
  client = await connectClient(server.settings);
}

async function stopServer(): Promise<void> {
  await client.connection.close();
  await server.stop();
}

beforeAll(startServer);
afterAll(async () => {
  await stopServer();
  rmSync(folder, { recursive: true, force: true });
});

/** Due times, in seconds, of the workflows that the schedule started; no worker runs them. */
async function dueSeconds(): Promise<number[]> {
  const due: number[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: 'WorkflowType = "scheduledRun"',
  })) {
    due.push(Date.parse(workflowId.slice('modelwright-outage-0-'.length)) / 1000);
  }
  return due.sort((a, b) => a - b);
}

it('are made up for when it is back, none missed and none twice', async () => {
  const schedule = { every: '1s', overlap: 'allow-all' as const, catchUp: '1h' };
  await reconcileSchedules(client, [pipelineOf('outage', { schedules: [schedule] })]);
  await until('two firings', async () => (await dueSeconds()).length >= 2);
  await stopServer();
  const down = Math.floor(Date.now() / 1000);
  await sleep(4_000);
  await startServer();
  const up = Math.ceil(Date.now() / 1000);
  await until('firings of now', async () => ((await dueSeconds()).at(-1) ?? 0) > up);
  const { info } = await client.schedule.getHandle('modelwright-outage-0').describe();
  const due = await dueSeconds();
  expect(due.filter((second) => second > down && second < up).length).toBeGreaterThanOrEqual(3);
  const [first = NaN] = due;
  expect(due).toEqual(due.map((_, index) => first + index));
  expect(info.numActionsMissedCatchupWindow).toBe(0);
});
