/** Node, disk, store and port: what needs no server. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statfsSync } from 'node:fs';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { freePort } from '../temporal/local-server.ts';
import { isServerOn } from '../temporal/server-process.ts';
import { localDatabase, readLocalServer } from '../temporal/settings.ts';
import type { Finding } from './finding.ts';
import { ok, problem } from './finding.ts';

const MIN_NODE = [20, 19] as const;
const GIB = 1024 ** 3;
const LOW_DISK_BYTES = 2 * GIB;
const DEFAULT_PORT = 7233;

export function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const details = {
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
  };
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) {
    return ok('node', `Node ${process.versions.node}`, details);
  }
  return problem('node', 'fail', {
    message: `Node ${process.versions.node} is too old`,
    remedy: `install Node ${MIN_NODE.join('.')} or later`,
    details,
  });
}

/** Writes an object, reads it back verified, and times the durable write. */
export async function checkStore(stateFolder: string): Promise<Finding> {
  try {
    const store = await openFolderStore(artifactsFolder(stateFolder));
    const startedAt = performance.now();
    const ref = await store.put(randomBytes(64), 'application/octet-stream');
    const writeMs = Math.round(performance.now() - startedAt);
    await store.get(ref);
    return ok('store', `artifacts are written and read back (${writeMs} ms a durable write)`, {
      folder: artifactsFolder(stateFolder),
      writeMs,
    });
  } catch (error) {
    return problem('store', 'fail', {
      message: `artifacts cannot be kept: ${(error as Error).message}`,
      remedy: `make ${artifactsFolder(stateFolder)} writable, or choose another --project`,
    });
  }
}

export function checkDisk(stateFolder: string): Finding {
  mkdirSync(stateFolder, { recursive: true });
  const { bavail, bsize } = statfsSync(stateFolder);
  const freeBytes = bavail * bsize;
  const message = `${(freeBytes / GIB).toFixed(1)} GiB free`;
  if (freeBytes >= LOW_DISK_BYTES) return ok('disk', message, { freeBytes });
  const remedy = 'make room: models, checkpoints and the Temporal file grow';
  return problem('disk', 'warn', { message, remedy, details: { freeBytes } });
}

/** Whether the local server's port is free, or held by our own server. */
export async function checkPort(stateFolder: string): Promise<Finding> {
  if (process.env['TEMPORAL_ADDRESS']) return ok('port', 'TEMPORAL_ADDRESS is set: no local port');
  const local = readLocalServer(stateFolder);
  if (local && isServerOn(localDatabase(stateFolder), local.pid)) {
    return ok('port', `${local.address} is held by this project's server`, { ...local });
  }
  try {
    await freePort(DEFAULT_PORT);
    return ok('port', `port ${DEFAULT_PORT} is free`, { port: DEFAULT_PORT });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    return problem('port', 'warn', {
      message: `port ${DEFAULT_PORT} is taken by another program; another port will be used`,
      remedy: 'stop that program, or name a port with `modelwright up --port`',
      details: { port: DEFAULT_PORT },
    });
  }
}
