/** A served model with everything behind it: the registry, the process that computes, the server. */
import type { AddressInfo } from 'node:net';
import { openFolderStore } from '../artifacts/folder-store.ts';
import { artifactsFolder } from '../artifacts/state-folder.ts';
import { ComputePool } from '../compute/pool.ts';
import { PipelineError } from '../errors.ts';
import { isLoopback } from '../net/loopback.ts';
import { openModelRegistry } from '../registry/model-registry.ts';
import { createServer, type ServerOptions } from './create-server.ts';
import { ServedModel, type ServedModelOptions } from './served-model.ts';

export interface StartOptions
  extends
    Pick<ServerOptions, 'maxRows' | 'token' | 'access' | 'limits'>,
    Pick<ServedModelOptions, 'name' | 'alias' | 'batching' | 'note'> {
  readonly stateFolder: string;
  /** The file that compute processes run. */
  readonly computeEntry: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** @default 1 s */
  readonly lookEveryMs?: number | undefined;
}

export interface RunningServer {
  /** `http://127.0.0.1:8788`. */
  readonly url: string;
  readonly model: ServedModel;
  /** Takes no more requests, and answers those that it has taken. */
  stop(): Promise<void>;
}

/** The longest that a timer can run: the process stays as long as the server. */
const NEVER_MS = 2 ** 31 - 2;

/**
 * @throws PipelineError `USAGE` for a public address without a token, or one that is taken;
 * `MODEL_NOT_FOUND`, `MODEL_INVALID`, `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT`,
 * `BACKEND_UNAVAILABLE`.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  requireTokenInPublic(options);
  const { stateFolder } = options;
  const storeFolder = artifactsFolder(stateFolder);
  const stopping = new AbortController();
  const pool = new ComputePool({
    ...{ entry: options.computeEntry, concurrency: 1 },
    ...{ maxIdleMs: NEVER_MS, maxRssBytes: Infinity, maxJobs: Infinity },
  });
  let model: ServedModel | null = null;
  try {
    const store = await openFolderStore(storeFolder);
    model = await ServedModel.open({
      ...options,
      registry: openModelRegistry(stateFolder),
      remote: { pool, store, storeFolder, signal: stopping.signal },
      lookEveryMs: options.lookEveryMs ?? 1000,
    });
    return await listen(model, pool, options);
  } catch (error) {
    await model?.stop();
    await pool.close();
    throw error;
  }
}

async function listen(
  model: ServedModel,
  pool: ComputePool,
  options: StartOptions,
): Promise<RunningServer> {
  const app = createServer({ ...options, model });
  const { host, port } = options;
  try {
    await app.listen({ host, port });
  } catch (error) {
    const why = (error as { code?: string }).code ?? String(error);
    throw new PipelineError('USAGE', `cannot listen on ${host}:${port} (${why})`, {
      remedy: 'name another --host or --port',
      cause: error,
    });
  }
  const bound = app.server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    model,
    stop: async () => {
      await app.close();
      await model.stop();
      await pool.close();
    },
  };
}

function requireTokenInPublic({ host, token }: StartOptions): void {
  if (token !== null || isLoopback(host)) return;
  throw new PipelineError(
    'USAGE',
    `${host} can be reached from other machines, and there is no token: anyone could ask`,
    { remedy: 'name the variable that holds the token with --token-env, or bind to 127.0.0.1' },
  );
}
