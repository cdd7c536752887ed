/**
 * Where Temporal is: the environment first, then the local server of this project.
 *
 * `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY` and `TEMPORAL_TLS` name a cluster or
 * Temporal Cloud; without an address the local server's record in the state folder is read.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { isServerOn } from './server-process.ts';

export interface TemporalSettings {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey: string | undefined;
  readonly tls: boolean;
  /** Whether the address is of the server that `modelwright up` keeps in the state folder. */
  readonly local: boolean;
}

/** What `modelwright up` writes about the server it runs. */
export interface LocalServerRecord {
  readonly address: string;
  readonly pid: number;
  /** The process that will stop the server when it ends. */
  readonly ownerPid: number;
}

export const TASK_QUEUE = 'modelwright';

export function localServerFile(stateFolder: string): string {
  return path.join(stateFolder, 'temporal', 'server.json');
}

export function localDatabase(stateFolder: string): string {
  return path.join(path.dirname(localServerFile(stateFolder)), 'temporal.db');
}

/** The record of the local server, or `null` where none was started or the file is torn. */
export function readLocalServer(stateFolder: string): LocalServerRecord | null {
  try {
    const record: unknown = JSON.parse(readFileSync(localServerFile(stateFolder), 'utf8'));
    return isRecord(record) ? record : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}

function isRecord(value: unknown): value is LocalServerRecord {
  const record = value as Partial<LocalServerRecord> | null;
  return (
    typeof record?.address === 'string' &&
    typeof record.pid === 'number' &&
    typeof record.ownerPid === 'number'
  );
}

/** Settings from the environment, or `null` where no cluster is named there. */
export function clusterSettings(env: NodeJS.ProcessEnv = process.env): TemporalSettings | null {
  const address = env['TEMPORAL_ADDRESS'];
  if (!address) return null;
  // Empty is unset: a missing secret of a CI system comes as an empty text.
  const apiKey = env['TEMPORAL_API_KEY'] || undefined;
  return {
    address,
    namespace: env['TEMPORAL_NAMESPACE'] || 'default',
    apiKey,
    tls: apiKey !== undefined || ['true', '1'].includes(env['TEMPORAL_TLS'] ?? ''),
    local: false,
  };
}

export function localSettings(address: string): TemporalSettings {
  return { address, namespace: 'default', apiKey: undefined, tls: false, local: true };
}

/**
 * Where to connect.
 *
 * @throws PipelineError `TEMPORAL_UNREACHABLE` where no cluster is named and no local server runs.
 */
export function findTemporal(stateFolder: string): TemporalSettings {
  const cluster = clusterSettings();
  if (cluster) return cluster;
  const local = readLocalServer(stateFolder);
  // Behind the address of a server that died there may be another project's by now.
  if (local && isServerOn(localDatabase(stateFolder), local.pid)) {
    return localSettings(local.address);
  }
  throw new PipelineError('TEMPORAL_UNREACHABLE', `no Temporal server runs for ${stateFolder}`, {
    remedy: 'start one with `modelwright up`, or set TEMPORAL_ADDRESS',
  });
}
