/**
 * The local Temporal server: one binary with a SQLite file, kept in the state folder.
 *
 * It is started once and found again: a server whose `modelwright up` was killed goes on, and the
 * next `up` adopts it. Whoever owns it stops it on an orderly end.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileAtomic } from '../artifacts/atomic-file.ts';
import { PipelineError } from '../errors.ts';
import type { LocalServerRecord, TemporalSettings } from './settings.ts';
import { localServerFile, localSettings, readLocalServer } from './settings.ts';
import { connectClient } from './connection.ts';

/** Kept equal to setup/paths.mjs by a test. */
export const TEMPORAL_VERSION = '1.5.1';
const DEFAULT_PORT = 7233;
const START_TIMEOUT_MS = 30_000;

/**
 * What a power cut may cost: `full` loses nothing that was acknowledged; `normal` is a quarter
 * faster and may lose the last moments.
 */
export type Durability = 'full' | 'normal';

export interface LocalServer {
  readonly settings: TemporalSettings;
  readonly pid: number;
  /** Whether this call started it, rather than finding it at work. */
  readonly started: boolean;
  /** Stops the server if this process owns it. */
  stop(): Promise<void>;
}

/** The server binary: PATH first, then the cache that the set-up fills. */
export function findServerBinary(env: NodeJS.ProcessEnv = process.env): string | null {
  const exe = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const cache =
    env['MODELWRIGHT_CACHE'] ??
    path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'modelwright');
  const candidates = [
    ...(env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, exe)),
    path.join(cache, 'temporal', TEMPORAL_VERSION, exe),
  ];
  return candidates.find((file) => existsSync(file)) ?? null;
}

/**
 * Finds this project's server at work, or starts it.
 *
 * @throws PipelineError `TEMPORAL_UNAVAILABLE` where no binary is found or it does not come up.
 */
export async function ensureLocalServer(
  stateFolder: string,
  { durability = 'full', port }: { durability?: Durability; port?: number } = {},
): Promise<LocalServer> {
  const known = readLocalServer(stateFolder);
  if (known && (await answers(known))) return adopt(stateFolder, known);
  const binary = findServerBinary();
  if (!binary) {
    throw new PipelineError('TEMPORAL_UNAVAILABLE', 'no Temporal server binary was found', {
      remedy: 'run `npm run setup`, put `temporal` on PATH, or set TEMPORAL_ADDRESS',
    });
  }
  const chosen = port ?? (await choosePort(known));
  return launch(stateFolder, binary, chosen, durability);
}

async function answers({ address, pid }: LocalServerRecord): Promise<boolean> {
  return isAlive(pid) && (await isListening(Number(address.split(':')[1])));
}

async function adopt(stateFolder: string, known: LocalServerRecord): Promise<LocalServer> {
  const orphaned = !isAlive(known.ownerPid);
  const record = orphaned ? { ...known, ownerPid: process.pid } : known;
  if (orphaned) await saveRecord(stateFolder, record);
  return {
    settings: localSettings(known.address),
    pid: known.pid,
    started: false,
    stop: () => (record.ownerPid === process.pid ? stopServer(stateFolder, known.pid) : noStop()),
  };
}

const noStop = () => Promise.resolve();

async function launch(
  stateFolder: string,
  binary: string,
  port: number,
  durability: Durability,
): Promise<LocalServer> {
  const folder = path.dirname(localServerFile(stateFolder));
  mkdirSync(folder, { recursive: true });
  const log = openSync(path.join(folder, 'server.log'), 'a');
  const child = spawn(binary, serverArguments(path.join(folder, 'temporal.db'), port, durability), {
    // A group of its own: Ctrl-C in the terminal reaches `up`, which stops the server last.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  child.unref();
  const address = `127.0.0.1:${port}`;
  const problem = await Promise.race([exited, waitUntilReady(address)]);
  if (problem !== null || child.pid === undefined) {
    if (child.pid !== undefined && child.exitCode === null) child.kill('SIGKILL');
    const message = `the Temporal server did not start: ${problem}`;
    const remedy = `see ${path.join(folder, 'server.log')}`;
    throw new PipelineError('TEMPORAL_UNAVAILABLE', message, { remedy });
  }
  const { pid } = child;
  await saveRecord(stateFolder, { address, pid, ownerPid: process.pid });
  const stop = () => stopServer(stateFolder, pid);
  return { settings: localSettings(address), pid, started: true, stop };
}

/** The poll rates lift the development server's cap of 20 tasks a second. */
function serverArguments(database: string, port: number, durability: Durability): string[] {
  return [
    'server',
    'start-dev',
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--db-filename',
    database,
    '--sqlite-pragma',
    'journal_mode=wal',
    '--sqlite-pragma',
    `synchronous=${durability}`,
    '--dynamic-config-value',
    'history.transferProcessorMaxPollRPS=10000',
    '--dynamic-config-value',
    'history.timerProcessorMaxPollRPS=10000',
    '--log-level',
    'warn',
  ];
}

/** `null` once the namespace answers; otherwise what went wrong. */
async function waitUntilReady(address: string): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    try {
      const client = await connectClient(localSettings(address));
      try {
        await client.workflowService.describeNamespace({ namespace: 'default' });
        return null;
      } finally {
        await client.connection.close();
      }
    } catch {
      // Not up yet: that is what this loop waits for; the deadline reports a real fault.
      await sleep(100);
    }
  }
  return `no answer within ${START_TIMEOUT_MS / 1000} s`;
}

function saveRecord(stateFolder: string, record: LocalServerRecord): Promise<void> {
  return writeFileAtomic(localServerFile(stateFolder), Buffer.from(JSON.stringify(record)));
}

async function stopServer(stateFolder: string, pid: number): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGTERM');
  for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) await sleep(50);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  if (readLocalServer(stateFolder)?.pid === pid) {
    rmSync(localServerFile(stateFolder), { force: true });
  }
}

/** Whether a process with this id exists; a zombie counts as gone where /proc can tell. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(1_000);
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** The port of before, so that addresses people noted stay true; else 7233; else any free one. */
async function choosePort(known: LocalServerRecord | null): Promise<number> {
  const before = known ? Number(known.address.split(':')[1]) : DEFAULT_PORT;
  for (const port of [before, DEFAULT_PORT]) if (await isFree(port)) return port;
  return freePort();
}

const isFree = (port: number): Promise<boolean> =>
  freePort(port).then(
    () => true,
    () => false,
  );

/** A port nobody listens on; rejects if the given one is taken. */
export function freePort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
