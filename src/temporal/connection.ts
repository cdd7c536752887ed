/** Connections to Temporal; a server that does not answer is a coded error, not a gRPC one. */
import { Client, Connection, ServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { PipelineError } from '../errors.ts';
import { dataConverter } from './payload-codec.ts';
import type { TemporalSettings } from './settings.ts';

const CONNECT_TIMEOUT_MS = 5_000;

function unreachable({ address, local }: TemporalSettings, cause: unknown): PipelineError {
  return new PipelineError('TEMPORAL_UNREACHABLE', `Temporal at ${address} does not answer`, {
    remedy: local ? 'start it with `modelwright up`' : 'check TEMPORAL_ADDRESS and the network',
    cause,
  });
}

/** gRPC status codes. */
const UNAVAILABLE = 14;

const serviceFault = (error: unknown) =>
  (error instanceof ServiceError ? error.cause : error) as
    { readonly code?: unknown; readonly details?: unknown } | undefined;

/** The server went away in the midst of a call. */
export function isConnectionLost(error: unknown): boolean {
  return serviceFault(error)?.code === UNAVAILABLE;
}

/** An error of a call to Temporal as a coded one; any other error as it is. */
export function codedError(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const { details } = serviceFault(error) ?? {};
  const why = typeof details === 'string' && details ? details : error.message;
  return new PipelineError('TEMPORAL_UNREACHABLE', `Temporal did not answer as it should: ${why}`, {
    remedy: isConnectionLost(error)
      ? 'see whether the server is up; `modelwright doctor` checks it'
      : 'check TEMPORAL_NAMESPACE, the API key and what it may do',
    cause: error,
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
    return new Client({ connection, namespace: settings.namespace, dataConverter });
  } catch (error) {
    throw unreachable(settings, error);
  }
}

/** A worker's connection. @throws PipelineError `TEMPORAL_UNREACHABLE` */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  // Loaded here: clients, such as every short command, do without the native part.
  const { NativeConnection } = await import('@temporalio/worker');
  const { installRuntime } = await import('./runtime.ts');
  installRuntime();
  try {
    return await NativeConnection.connect(options(settings));
  } catch (error) {
    throw unreachable(settings, error);
  }
}
