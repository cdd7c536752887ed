/**
 * The HTTP side of a served model:
 *
 *   POST /predict   rows to classes and probabilities
 *   GET /model      what a row must be, the classes, the version
 *   GET /healthz    whether it serves, and how much it did
 *
 * A request is refused before its body is read where too much is being read already, and before it
 * is predicted where too many rows wait: what is taken is answered.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import PQueue from 'p-queue';
import { PipelineError } from '../errors.ts';
import { answerBroken } from '../net/answer-broken.ts';
import { endWhenClosing } from '../net/end-when-closing.ts';
import { answerFailure, unknownRoute } from './answer-failure.ts';
import { readRows } from './read-rows.ts';
import { requireCaller } from './require-caller.ts';
import { rowSchema } from './row-schema.ts';
import { predictionsOf, type LoadedVersion, type ServedModel } from './served-model.ts';

const MIB = 1024 * 1024;

export interface ServerOptions {
  readonly model: ServedModel;
  /** Of one request. */
  readonly maxRows: number;
  /** Without one only this machine may ask. */
  readonly token: string | null;
  readonly access: (line: AccessLine) => void;
  readonly limits?: Partial<ServerLimits> | undefined;
}

export interface ServerLimits {
  /** Of one body. @default 16 MiB */
  readonly bodyBytes: number;
  /** Of all bodies that are being read or predicted. @default 64 MiB */
  readonly heldBytes: number;
  /** For the headers, and for a whole request, in milliseconds. @default 10 s and 30 s */
  readonly headersMs: number;
  readonly requestMs: number;
}

const DEFAULTS = {
  bodyBytes: 16 * MIB,
  heldBytes: 64 * MIB,
  headersMs: 10_000,
  requestMs: 30_000,
} satisfies ServerLimits;

/** What is logged of a request; texts are from outside. */
export interface AccessLine {
  readonly method: string;
  readonly path: string;
  /** `null` where the caller went away before it was answered. */
  readonly status: number | null;
  readonly ms: number;
  readonly from: string;
  /** Rows predicted, or an error code and why. */
  readonly said: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the access line tells of a prediction. */
    said: string;
  }
}

export function createServer(options: ServerOptions): FastifyInstance {
  const limits = { ...DEFAULTS, ...options.limits };
  const { headersMs, requestMs } = limits;
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: requestMs,
    // Node looks for requests that are too slow only so often.
    http: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 500,
    },
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBroken('SERVE_INVALID', 'send HTTP/1.1'),
    frameworkErrors: answerFailure,
    routerOptions: { maxParamLength: 100 },
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('said', '');
  logAccess(app, options);
  endWhenClosing(app, limits.requestMs);
  app.addHook('onRequest', (request, _reply, done) => {
    // What looks after a server asks without a token.
    if (request.url !== '/healthz') requireCaller(request.headers, options.token);
    done();
  });
  boundBodies(app, limits);
  app.setErrorHandler(answerFailure);
  app.setNotFoundHandler((request, reply) => answerFailure(unknownRoute(request), request, reply));
  addRoutes(app, options);
  return app;
}

function addRoutes(app: FastifyInstance, { model, maxRows }: ServerOptions): void {
  const counts = { requests: 0, rows: 0 };
  // Encoded rows may be far larger than their bodies: only what waits for a pass is held besides.
  const reading = new PQueue({ concurrency: 1 });
  app.get('/healthz', () => {
    const { version, batcher } = model.current;
    return {
      status: 'ok',
      version: version.version,
      ...counts,
      passes: model.passes,
      queuedRows: batcher.queuedRows,
      problem: model.problem && { code: model.problem.code, message: model.problem.message },
    };
  });
  app.get('/model', () => describeModel(model.current, maxRows));
  app.post('/predict', async (request) => {
    const { current } = model;
    const { target } = current.remote.input;
    const read = await reading.add(() =>
      readRows(request.body, {
        encoder: current.encoder,
        target,
        maxRows: Math.min(maxRows, current.maxRows),
      }),
    );
    const probabilities = await current.batcher.predict(read.x, read.rows);
    requireFinite(probabilities);
    counts.requests += 1;
    counts.rows += read.rows;
    request.said = `${read.rows} rows`;
    const { name, version, model: ref } = current.version;
    return {
      model: { name, version, digest: ref.sha256 },
      predictions: predictionsOf(current, probabilities),
      ignored: read.ignored,
      unseen: read.unseen,
    };
  });
}

function requireFinite(probabilities: Float32Array): void {
  const broken = probabilities.find((value) => !Number.isFinite(value));
  if (broken === undefined) return;
  throw new PipelineError('MODEL_INVALID', `the model gives ${broken}`, {
    remedy: 'train it again, with a lower learning rate',
  });
}

function describeModel({ version, remote, maxRows: fitting }: LoadedVersion, maxRows: number) {
  const { classes, target } = remote.input;
  return {
    name: version.name,
    version: version.version,
    digest: version.model.sha256,
    registeredAt: new Date(version.registeredAtMs).toISOString(),
    run: version.run.id,
    target,
    classes,
    row: rowSchema(remote.input),
    maxRows: Math.min(maxRows, fitting),
  };
}

/** Bodies are held in memory while they come in and until they are answered. */
function boundBodies(app: FastifyInstance, { bodyBytes, heldBytes }: ServerLimits): void {
  let held = 0;
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'POST') return done();
    const told = Number(request.headers['content-length'] ?? bodyBytes);
    // More than a body may have is refused before it is read.
    const bytes = Math.min(Number.isFinite(told) ? told : bodyBytes, bodyBytes);
    if (held > 0 && held + bytes > heldBytes) {
      const message = 'too many requests are being read already';
      return done(new PipelineError('SERVE_BUSY', message, { remedy: 'send it a little later' }));
    }
    held += bytes;
    reply.raw.once('close', () => (held -= bytes));
    done();
  });
}

function logAccess(app: FastifyInstance, { access }: ServerOptions): void {
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    // Also of a request whose caller went away, which has no response.
    reply.raw.once('close', () =>
      access({
        method: request.method,
        path: request.url.slice(0, 200),
        status: reply.raw.writableFinished ? reply.statusCode : null,
        ms: Math.round(reply.elapsedTime),
        from: request.ip,
        said: request.said,
      }),
    );
    done();
  });
}
