/** Failures as HTTP answers: `{code, message, remedy}`, and nothing of the inside. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isPipelineError, PipelineError, type ErrorCode } from '../errors.ts';

const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  SERVE_UNAUTHENTICATED: 401,
  SERVE_INVALID: 400,
  SERVE_TOO_LARGE: 413,
  SERVE_UNKNOWN_ROUTE: 404,
  SERVE_BUSY: 503,
  DATA_INVALID: 422,
  // The process that computes is started anew; another request may do.
  COMPUTE_CRASHED: 503,
  CANCELLED: 503,
};
const RETRY_AFTER_S = 1;

export function answerFailure(
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = isPipelineError(thrown) ? thrown : ofFramework(thrown);
  const status = statusOf(error, thrown);
  request.said = `${error.code} ${thrown.message}`;
  // A body that was not read must not be taken for the next request.
  if (status === 413 || status === 401) void reply.header('connection', 'close');
  if (status === 405) void reply.header('allow', String(error.details?.['allow']));
  if (status === 503) void reply.header('retry-after', String(RETRY_AFTER_S));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const isOurs = status >= 500 && status !== 503;
  const faults = error.details?.['faults'];
  void reply.code(status).send({
    code: error.code,
    // What happened inside is for the log: the caller learns the code.
    message: isOurs ? 'the server failed' : error.message,
    remedy: isOurs ? 'see the log of `modelwright serve`' : (error.remedy ?? null),
    ...(faults !== undefined && { faults }),
  });
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
      return new PipelineError('SERVE_TOO_LARGE', 'the body is too large', {
        remedy: 'send the rows in several requests',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new PipelineError('SERVE_INVALID', 'the content type is not served here', {
        remedy: 'send application/json',
      });
    case undefined:
    default:
      return statusCode < 500
        ? new PipelineError('SERVE_INVALID', 'the body is no JSON that is taken here', {
            remedy: 'send {"rows": [{"column": value}]}',
          })
        : new PipelineError('INTERNAL', 'the server failed', { cause: thrown });
  }
}

const METHOD_OF_PATH: ReadonlyMap<string, string> = new Map([
  ['/predict', 'POST'],
  ['/model', 'GET, HEAD'],
  ['/healthz', 'GET, HEAD'],
]);

/** 405 for a route that is there with another method, 404 for the rest. */
export function unknownRoute({ url }: Pick<FastifyRequest, 'url'>): PipelineError {
  const allow = METHOD_OF_PATH.get(url.split('?', 1)[0] ?? '');
  if (allow !== undefined) {
    return new PipelineError('SERVE_UNKNOWN_ROUTE', 'this is not asked for in that way', {
      remedy: `use ${allow}`,
      details: { status: 405, allow },
    });
  }
  return new PipelineError('SERVE_UNKNOWN_ROUTE', 'there is nothing at this address', {
    remedy: 'POST /predict, GET /model or GET /healthz',
  });
}
