import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createServer } from 'node:net';
import type { LocalServer } from '../../src/temporal/local-server.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import {
  clusterSettings,
  findTemporal,
  localServerFile,
  readLocalServer,
} from '../../src/temporal/settings.ts';
import { temporaryFolder } from './harness.ts';

let folder: string;
const started: LocalServer[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ensure(port?: number): Promise<LocalServer> {
  const server = await ensureLocalServer(folder, port === undefined ? {} : { port });
  started.push(server);
  return server;
}

describe('the local server', () => {
  it('is one, whoever of two starts it first, and stops with its owner', async () => {
    const servers = await Promise.all([ensure(await freePort()), ensure(await freePort())]);
    expect(servers.map(({ started }) => started).sort()).toEqual([false, true]);
    expect(servers[0]?.pid).toBe(servers[1]?.pid);
    expect(findTemporal(folder).address).toBe(servers[0]?.settings.address);
    await servers[0]?.stop();
    expect(readLocalServer(folder)).toBeNull();
    expect(() => findTemporal(folder)).toThrow(
      expect.objectContaining({ code: 'TEMPORAL_UNREACHABLE' }),
    );
  }, 60_000);

  it('is never what another program has at the process id and port of a record', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const address = `127.0.0.1:${port}`;
    mkdirSync(path.dirname(localServerFile(folder)), { recursive: true });
    // This test's own process stands for whatever got the id; stopping must not hit it.
    const record = { address, pid: process.pid, ownerPid: process.pid };
    writeFileSync(localServerFile(folder), JSON.stringify(record));
    expect(() => findTemporal(folder)).toThrow(
      expect.objectContaining({ code: 'TEMPORAL_UNREACHABLE' }),
    );
    const server = await ensure();
    expect(server.started).toBe(true);
    expect(server.settings.address).not.toBe(address);
    await expect(ensureLocalServer(temporaryFolder(), { port })).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: `port ${port} is taken by another program`,
    });
    other.close();
  }, 60_000);
});

it('takes empty settings of a cluster for unset', () => {
  const TEMPORAL_ADDRESS = 'temporal.example:7233';
  const empty = { TEMPORAL_NAMESPACE: '', TEMPORAL_API_KEY: '', TEMPORAL_TLS: '' };
  expect(clusterSettings({ TEMPORAL_ADDRESS: '', ...empty })).toBeNull();
  expect(clusterSettings({ TEMPORAL_ADDRESS, ...empty })).toMatchObject({
    namespace: 'default',
    apiKey: undefined,
    tls: false,
  });
  expect(clusterSettings({ TEMPORAL_ADDRESS, TEMPORAL_TLS: '1' })?.tls).toBe(true);
});
