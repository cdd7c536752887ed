/**
 * The HTTP side: who may deliver, what is answered, and when.
 *
 *   202 accepted, durably      200 a replay, or a ping      204 an event of no interest
 *   400 / 413 / 415 not a delivery     401 not authentic     404 no such route or repository
 *
 * A delivery is verified before it is parsed, and on disk before it is answered.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import { createHash } from 'node:crypto';
import { PipelineError } from '../errors.ts';
import { answerBroken } from '../net/answer-broken.ts';
import { endWhenClosing } from '../net/end-when-closing.ts';
import type { AllowedRepository } from './allowed-repositories.ts';
import { findRepository } from './allowed-repositories.ts';
import type { DeliveryLog, DeliveryRecord } from './delivery-log.ts';
import { sendFailure, unknownRoute } from './http-failure.ts';
import type { Provider } from './provider.ts';
import { deliveryIdOf, detectProvider, eventOf, isProvider } from './provider.ts';
import type { PushEvent } from './push-event.ts';
import { readEvent } from './push-event.ts';
import { requireCredential, verifyDelivery } from './signature.ts';
import { requireLocalSender } from './local-sender.ts';

/** GitHub's own limit for payloads. */
const BODY_LIMIT_BYTES = 25 * 1024 * 1024;
/** Bodies are held in memory while they come in. */
const MOST_AT_ONCE = 32;

export interface ReceiverOptions {
  /** Any of them will do; none: whoever reaches this machine's loopback address may deliver. */
  readonly secrets: readonly string[];
  readonly repositories: readonly AllowedRepository[];
  readonly providers: readonly Provider[];
  readonly log: DeliveryLog;
  /** Called with each delivery once it is on disk. */
  readonly accepted: (delivery: DeliveryRecord) => void;
  /** One call a request, and one a fault of this program. */
  readonly access: (line: AccessLine) => void;
  /** Milliseconds for the headers and for a whole request. @default 10 s and 30 s */
  readonly timeouts?: { readonly headersMs: number; readonly requestMs: number } | undefined;
  /** @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** What is logged of a request; texts are from outside. */
export interface AccessLine {
  readonly method: string;
  readonly path: string;
  /** `null` where the sender went away before it was answered. */
  readonly status: number | null;
  readonly ms: number;
  readonly from: string;
  readonly delivery?: string | undefined;
  readonly repository?: string | undefined;
  /** An outcome or an error code, and why. */
  readonly said?: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the access line tells of a delivery. */
    told: Pick<AccessLine, 'delivery' | 'repository' | 'said'>;
  }
}

export function createReceiver(options: ReceiverOptions): FastifyInstance {
  const { headersMs, requestMs } = options.timeouts ?? { headersMs: 10_000, requestMs: 30_000 };
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: requestMs,
    // Node looks for requests that are too slow only so often.
    http: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 500,
    },
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBroken('WEBHOOK_INVALID', 'deliver as the provider does'),
    frameworkErrors: sendFailure,
    routerOptions: { maxParamLength: 100 },
  });
  app.decorateRequest('told', null as never);
  acceptRawBodies(app);
  endWhenClosing(app, requestMs);
  boundRequests(app, options);
  app.setErrorHandler(sendFailure);
  app.setNotFoundHandler((request, reply) => sendFailure(unknownRoute(request), request, reply));
  app.get('/healthz', () => ({ status: 'ok' }));
  const onRequest = (request: FastifyRequest, _reply: FastifyReply, done: (e?: Error) => void) => {
    refuseUnread(request, options);
    done();
  };
  for (const url of ['/hooks', '/hooks/:provider']) {
    app.post(url, { onRequest }, (request, reply) => receive(request, reply, options));
  }
  return app;
}

/** Signatures are over the bytes as they came, so nothing parses them on the way. */
function acceptRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/x-www-form-urlencoded'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
}

function boundRequests(app: FastifyInstance, { access }: ReceiverOptions): void {
  let open = 0;
  app.addHook('onRequest', (request, reply, done) => {
    request.told = {};
    open += 1;
    // Also of a request whose sender went away, which has no response.
    reply.raw.once('close', () => {
      open -= 1;
      access({
        method: request.method,
        path: request.url.slice(0, 200),
        status: reply.raw.writableFinished ? reply.statusCode : null,
        ms: Math.round(reply.elapsedTime),
        from: request.ip,
        ...request.told,
      });
    });
    if (open <= MOST_AT_ONCE || request.method !== 'POST') return done();
    const message = `${MOST_AT_ONCE} deliveries are coming in already`;
    done(new PipelineError('WEBHOOK_BUSY', message, { remedy: 'deliver it again' }));
  });
}

/** What can be refused by its headers alone is refused before the body is read. */
function refuseUnread(request: FastifyRequest, options: ReceiverOptions): void {
  const provider = providerOf(request, options);
  if (options.secrets.length > 0) requireCredential(provider, request.headers);
  else requireLocalSender(request.headers);
}

/** @throws PipelineError `WEBHOOK_UNKNOWN_ROUTE`, `WEBHOOK_INVALID` */
function providerOf(request: FastifyRequest, { providers }: ReceiverOptions): Provider {
  const { provider: named } = request.params as { readonly provider?: string };
  if (named !== undefined && !(isProvider(named) && providers.includes(named))) {
    throw unknownRoute(request);
  }
  const provider = named ?? detectProvider(request.headers);
  if (isProvider(provider ?? '') && providers.includes(provider as Provider)) {
    return provider as Provider;
  }
  throw new PipelineError('WEBHOOK_INVALID', 'the headers tell of no provider served here', {
    remedy: `deliver to ${providers.map((one) => `/hooks/${one}`).join(' or ')}`,
  });
}

async function receive(request: FastifyRequest, reply: FastifyReply, options: ReceiverOptions) {
  const { headers } = request;
  const provider = providerOf(request, options);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const nowMs = (options.now ?? Date.now)();
  if (options.secrets.length > 0) {
    verifyDelivery({ provider, headers, body }, options.secrets, nowMs);
  }
  const id = deliveryIdOf(provider, headers) ?? createHash('sha256').update(body).digest('hex');
  request.told = { delivery: id };
  const event = readEvent({
    provider,
    event: eventOf(provider, headers) ?? '',
    contentType: headers['content-type'] ?? '',
    body,
  });
  if (event.type === 'ping') return { status: 'pong' };
  if (event.type === 'ignored') {
    request.told = { delivery: id, said: `ignored event "${event.event.slice(0, 60)}"` };
    return reply.code(204).send();
  }
  const repository = requireRepository(event, options.repositories).shown;
  request.told = { delivery: id, repository };
  const { ref, commit } = event;
  const acceptedAt = new Date(nowMs).toISOString();
  const accepted = {
    id,
    provider,
    repository,
    ref,
    commit,
    acceptedAt,
    state: 'accepted',
  } as const;
  const fresh = await options.log.accept(accepted);
  request.told = { delivery: id, repository, said: fresh ? 'accepted' : 'replay' };
  if (!fresh) return { status: 'replay', delivery: id, message: 'known already: nothing done' };
  options.accepted(accepted);
  return reply.code(202).send({ status: 'accepted', delivery: id });
}

function requireRepository(
  event: PushEvent,
  allowed: readonly AllowedRepository[],
): AllowedRepository {
  const found = findRepository(event, allowed);
  if (found) return found;
  const name = (event.fullName ?? event.urls[0] ?? '').slice(0, 200);
  throw new PipelineError(
    'WEBHOOK_UNKNOWN_REPOSITORY',
    `"${name}" is not a repository of this receiver`,
    { remedy: 'name it with --repo where `modelwright webhook` is started' },
  );
}
