/**
 * The local Temporal server: one binary with a SQLite file, kept in the state folder.
 *
 * It is started once and found again: a server whose `modelwright up` was killed goes on, and the
 * next `up` adopts it. Whoever owns it stops it on an orderly end.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFileAtomic, writeFileAtomic } from '../artifacts/atomic-file.ts';
import { PipelineError } from '../errors.ts';
import type { LocalServerRecord, TemporalSettings } from './settings.ts';
import { withStartLock } from './start-lock.ts';
import { localDatabase, localServerFile, localSettings, readLocalServer } from './settings.ts';
import { connectClient } from './connection.ts';
import { openServerLog, serverLogFile } from './server-log.ts';
import { canonical, isAlive, isServerOn } from './server-process.ts';

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

export interface LocalServerOptions {
  /** @default 'full' */
  readonly durability?: Durability;
  readonly port?: number;
  /** Further settings of the server, by their names in Temporal's dynamic configuration. */
  readonly dynamicConfig?: Readonly<Record<string, number>>;
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
 * Never two on one database: the record is written before the server is ready, and of several
 * callers that start one at once, the first to create the record wins.
 *
 * @throws PipelineError `TEMPORAL_UNAVAILABLE` where no binary is found, the port is taken or the
 * server does not come up.
 */
export async function ensureLocalServer(
  stateFolder: string,
  options: LocalServerOptions = {},
): Promise<LocalServer> {
  return (
    (await adoptKnown(stateFolder)) ??
    withStartLock(
      stateFolder,
      async () => (await adoptKnown(stateFolder)) ?? start(stateFolder, options),
    )
  );
}

async function adoptKnown(stateFolder: string): Promise<LocalServer | null> {
  const known = readLocalServer(stateFolder);
  return known && adopt(stateFolder, known);
}

async function start(stateFolder: string, options: LocalServerOptions): Promise<LocalServer> {
  const binary = findServerBinary();
  if (!binary) {
    throw new PipelineError('TEMPORAL_UNAVAILABLE', 'no Temporal server binary was found', {
      remedy: 'run `npm run setup`, put `temporal` on PATH, or set TEMPORAL_ADDRESS',
    });
  }
  const { durability = 'full', dynamicConfig = {} } = options;
  const port = options.port ?? (await choosePort(readLocalServer(stateFolder)));
  if (!(await isFree(port))) {
    throw new PipelineError('TEMPORAL_UNAVAILABLE', `port ${port} is taken by another program`, {
      remedy: 'name another one with --port, or leave it out for any that is free',
    });
  }
  return launch({ stateFolder, binary, port, durability, dynamicConfig });
}

/** @returns `null` if the process of the record is no server of this project, or ends. */
async function adopt(stateFolder: string, known: LocalServerRecord): Promise<LocalServer | null> {
  const isAtWork = () => isServerOn(localDatabase(stateFolder), known.pid);
  if (!isAtWork()) return null;
  const problem = await waitUntilReady(known.address, isAtWork);
  if (problem !== null) {
    if (!isAtWork()) return null;
    const message = `the Temporal server of this project (process ${known.pid}) hangs: ${problem}`;
    throw new PipelineError('TEMPORAL_UNAVAILABLE', message, { remedy: `kill ${known.pid}` });
  }
  if (!isAlive(known.ownerPid)) await saveRecord(stateFolder, { ...known, ownerPid: process.pid });
  return localServer(stateFolder, known, false);
}

function localServer(
  stateFolder: string,
  { address, pid }: LocalServerRecord,
  started: boolean,
): LocalServer {
  return {
    settings: localSettings(address),
    pid,
    started,
    stop: async () => {
      // Of two that adopted it at once, the one that the record names is the owner.
      const record = readLocalServer(stateFolder);
      if (record?.pid === pid && record.ownerPid === process.pid) {
        await stopServer(stateFolder, pid);
      }
    },
  };
}

interface Launch {
  readonly stateFolder: string;
  readonly binary: string;
  readonly port: number;
  readonly durability: Durability;
  readonly dynamicConfig: Readonly<Record<string, number>>;
}

async function launch(options: Launch): Promise<LocalServer> {
  const { stateFolder, binary, port, durability, dynamicConfig } = options;
  const log = openServerLog(stateFolder);
  const database = canonical(localDatabase(stateFolder));
  const child = spawn(binary, serverArguments(database, options), {
    // A group of its own: Ctrl-C in the terminal reaches `up`, which stops the server last.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? code}`));
  child.unref();
  const { pid } = child;
  const address = `127.0.0.1:${port}`;
  if (pid !== undefined) {
    const record = { address, pid, ownerPid: process.pid };
    if (!(await claim(stateFolder, record))) {
      child.kill('SIGKILL');
      const other = await adoptKnown(stateFolder);
      return other ?? start(stateFolder, { durability, dynamicConfig });
    }
  }
  const problem = await waitUntilReady(address, () => ended === null);
  if (problem === null && ended === null && pid !== undefined) {
    return localServer(stateFolder, { address, pid, ownerPid: process.pid }, true);
  }
  if (pid !== undefined) await stopServer(stateFolder, pid);
  const message = `the Temporal server did not start: ${ended ?? problem}`;
  const remedy = `see ${serverLogFile(stateFolder)}`;
  throw new PipelineError('TEMPORAL_UNAVAILABLE', message, { remedy });
}

/** @returns `false` if another process has started a server here in the meantime. */
async function claim(stateFolder: string, record: LocalServerRecord): Promise<boolean> {
  const before = readLocalServer(stateFolder);
  if (before && isServerOn(localDatabase(stateFolder), before.pid)) return false;
  rmSync(localServerFile(stateFolder), { force: true });
  return createFileAtomic(localServerFile(stateFolder), encode(record));
}

/** Lifts the development server's cap of 20 tasks a second. */
const POLL_RATES = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
} as const;

function serverArguments(
  database: string,
  { port, durability, dynamicConfig }: Pick<Launch, 'port' | 'durability' | 'dynamicConfig'>,
): string[] {
  const settings = Object.entries({ ...POLL_RATES, ...dynamicConfig });
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
    ...settings.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    '--log-level',
    'warn',
  ];
}

/** `null` once the namespace answers; otherwise what went wrong. */
async function waitUntilReady(address: string, isAtWork: () => boolean): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (!isAtWork()) return 'it ended';
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
  return writeFileAtomic(localServerFile(stateFolder), encode(record));
}

const encode = (record: LocalServerRecord) => Buffer.from(JSON.stringify(record));

async function stopServer(stateFolder: string, pid: number): Promise<void> {
  const isAtWork = () => isServerOn(localDatabase(stateFolder), pid);
  if (isAtWork()) process.kill(pid, 'SIGTERM');
  for (let waited = 0; isAtWork() && waited < 10_000; waited += 50) await sleep(50);
  if (isAtWork()) process.kill(pid, 'SIGKILL');
  if (readLocalServer(stateFolder)?.pid === pid) {
    rmSync(localServerFile(stateFolder), { force: true });
  }
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
