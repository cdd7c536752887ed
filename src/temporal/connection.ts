/** Connections to Temporal; a server that does not answer is a coded error, not a gRPC one. */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { PipelineError } from '../errors.ts';
import { installRuntime } from './runtime.ts';
import type { TemporalSettings } from './settings.ts';

const CONNECT_TIMEOUT_MS = 5_000;

function unreachable({ address, local }: TemporalSettings, cause: unknown): PipelineError {
  return new PipelineError('TEMPORAL_UNREACHABLE', `Temporal at ${address} does not answer`, {
    remedy: local ? 'start it with `modelwright up`' : 'check TEMPORAL_ADDRESS and the network',
    cause,
  });
}

const options = ({ address, apiKey, tls }: TemporalSettings) => ({
  address,
  ...(tls ? { tls: true } : {}),
  ...(apiKey === undefined ? {} : { apiKey }),
});

/** A client; the caller closes `client.connection`. @throws PipelineError `TEMPORAL_UNREACHABLE` */
export async function connectClient(settings: TemporalSettings): Promise<Client> {
  try {
    const connection = await Connection.connect({
      ...options(settings),
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return new Client({ connection, namespace: settings.namespace });
  } catch (error) {
    throw unreachable(settings, error);
  }
}

/** A worker's connection. @throws PipelineError `TEMPORAL_UNREACHABLE` */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  installRuntime();
  try {
    return await NativeConnection.connect(options(settings));
  } catch (error) {
    throw unreachable(settings, error);
  }
}
