/** Kills the worker whenever a long run goes on in a new execution; nothing is lost. */
import type { ChildProcess } from 'node:child_process';
import type { Client } from '@temporalio/client';
import { connectClient } from '../../src/temporal/connection.ts';
import type { LocalServer } from '../../src/temporal/local-server.ts';
import { ensureLocalServer } from '../../src/temporal/local-server.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { killNow, Rig } from './rig.ts';

const ITEMS = 80;
/** Events from which Temporal suggests a new execution. */
const LIMIT = 60;

const PIPELINE = `
name: long
steps:
  data:
    uses: dataset
    with:
      source: pipelines/data/digits.csv
      target: label
      features: [{ type: image, columns: pixel_*, shape: [8, 8, 1], range: [0, 16] }]
  nets:
    uses: architect
    foreach: { items: '\${{ range(${ITEMS}) }}', parallel: 3 }
    with:
      dataset: \${{ steps.data.outputs.dataset }}
      family: mlp
      hidden: ['\${{ item + 1 }}']
  sum:
    uses: values
    with: { parameters: '\${{ steps.nets.outputs.items.map(net, net.parameters) }}' }
outputs: { parameters: '\${{ steps.sum.outputs.parameters }}' }
`;

let rig: Rig;
let server: LocalServer;
let client: Client;

beforeAll(async () => {
  rig = await Rig.create();
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': LIMIT };
  server = await ensureLocalServer(rig.stateFolder, { dynamicConfig });
  client = await connectClient(server.settings);
}, 60_000);
afterAll(async () => {
  await client.connection.close();
  await server.stop();
  await rig.dispose();
});

async function executionsOf(id: string): Promise<number> {
  let count = 0;
  for await (const _ of client.workflow.list({ query: `WorkflowId="${id}"` })) count += 1;
  return count;
}

async function startWorker(): Promise<ChildProcess> {
  const before = rig.log('worker').split('worker ready').length;
  const worker = rig.start(['worker']);
  await rig.until('a worker', () => rig.log('worker').split('worker ready').length > before);
  return worker;
}

it('has the result of every item, whatever dies between two executions', async () => {
  rig.write('long.yaml', PIPELINE);
  let worker = await startWorker();
  expect((await rig.cli('run', 'long.yaml', '--id', 'long')).code).toBe(0);
  let executions = 1;
  let kills = 0;
  const isOpen = async () =>
    (await client.workflow.getHandle('long').describe()).status.name === 'RUNNING';
  while (await isOpen()) {
    const now = await executionsOf('long');
    if (now === executions) continue;
    executions = now;
    kills += 1;
    await killNow(worker);
    worker = await startWorker();
  }
  // At least three events an item, so four executions or more, of which the last may end unseen.
  expect(kills).toBeGreaterThanOrEqual(3);
  const status = await rig.json<RunStatus>('status', 'long');
  expect(status.state).toBe('succeeded');
  // 64 pixels into h units into 10 classes, with a bias for each unit.
  const parameters = (h: number) => 64 * h + h + h * 10 + 10;
  expect(status.outputs?.['parameters']).toEqual(
    Array.from({ length: ITEMS }, (_, item) => parameters(item + 1)),
  );
  await killNow(worker);
}, 300_000);
