/** Failures as HTTP answers: `{code, message, remedy}`, and nothing of the inside. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors.ts';
import { isPipelineError, PipelineError } from '../errors.ts';

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  WEBHOOK_UNAUTHENTICATED: 401,
  WEBHOOK_INVALID: 400,
  WEBHOOK_TOO_LARGE: 413,
  WEBHOOK_UNKNOWN_REPOSITORY: 404,
  WEBHOOK_UNKNOWN_ROUTE: 404,
  WEBHOOK_BUSY: 503,
  // Not on disk, not accepted: the sender may try again.
  DISK_FULL: 503,
  STORE_UNWRITABLE: 503,
};

export function sendFailure(
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = isPipelineError(thrown) ? thrown : ofFramework(thrown);
  const status = statusOf(error, thrown);
  request.told = { ...request.told, said: `${error.code} ${thrown.message}` };
  // A body that was not read must not be taken for the next request.
  if (status !== 404) void reply.header('connection', 'close');
  if (status === 405) void reply.header('allow', 'POST');
  if (status === 503) void reply.header('retry-after', '5');
  // What happened inside is for the log: the sender learns the code.
  const isOurs = status >= 500 && status !== 503;
  const message = isOurs ? 'the receiver failed' : error.message;
  void reply.code(status).send({ code: error.code, message, remedy: error.remedy ?? null });
}

function statusOf(error: PipelineError, thrown: FastifyError | Error): number {
  const given = (thrown as Partial<FastifyError>).statusCode ?? error.details?.['status'];
  if (typeof given === 'number' && given >= 400 && given < 500) return given;
  return STATUS_OF_CODE[error.code] ?? 500;
}

function ofFramework(thrown: FastifyError | Error): PipelineError {
  const { code, statusCode = 500 } = thrown as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PipelineError('WEBHOOK_TOO_LARGE', 'the delivery is larger than 25 MB', {
        remedy: 'push fewer commits at once; the next delivery brings the branch up to date',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new PipelineError('WEBHOOK_INVALID', 'the content type is not served here', {
        remedy: 'deliver application/json',
      });
    case undefined:
    default:
      return statusCode < 500
        ? new PipelineError('WEBHOOK_INVALID', 'the request is malformed', {
            remedy: 'deliver as the provider does',
          })
        : new PipelineError('INTERNAL', 'the receiver failed', {
            remedy: 'see the log of `modelwright webhook`',
            cause: thrown,
          });
  }
}

/** 405 for a route that is there with another method, 404 for the rest. */
export function unknownRoute({ method, url }: FastifyRequest): PipelineError {
  const path = url.split('?', 1)[0] ?? '';
  if (method !== 'POST' && /^\/hooks(?:\/(?:github|gitlab|gitea))?$/.test(path)) {
    return new PipelineError('WEBHOOK_UNKNOWN_ROUTE', 'deliveries are posted', {
      remedy: 'use POST',
      details: { status: 405 },
    });
  }
  return new PipelineError('WEBHOOK_UNKNOWN_ROUTE', 'there is nothing at this address', {
    remedy: 'deliver to /hooks/github, /hooks/gitlab, /hooks/gitea or /hooks',
  });
}
