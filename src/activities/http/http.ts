/** Asks an HTTP server, without a way into the inner network. */
import { PipelineError } from '../../errors.ts';
import type { ResolveName } from '../../net/checked-lookup.ts';
import { parseDuration } from '../../plan/duration.ts';
import { configOf, redact } from '../local-context.ts';
import type { HttpStep } from '../step-types.ts';
import type { Step, StepContext } from '../step.ts';
import { answerOutputs } from './answer-outputs.ts';
import type { Answer, Body, Request } from './exchange.ts';
import { askFollowing } from './follow.ts';
import { checkHeaders } from './headers.ts';
import { parseTarget } from './reachable.ts';

type Input = HttpStep['with'];
type Outputs = HttpStep['outputs'];

const MAX_SNIPPET_CHARS = 300;
/** May pass by themselves. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** @param resolve  looks names up; @default dns.lookup */
export const createHttpStep = (resolve?: ResolveName): Step<Input, Outputs> => ({
  kind: 'http',

  /**
   * Errors: `HTTP_REFUSED` before anything is sent; `HTTP_FAILED` for a failed connection and for
   * statuses that may pass; `HTTP_UNEXPECTED` for other statuses; `DATA_TOO_LARGE`; `CANCELLED`.
   */
  async run(input, context) {
    const config = configOf(context).http;
    const timeoutMs = parseDuration(input.timeout);
    const late = new PipelineError('HTTP_FAILED', `no answer within ${input.timeout}`);
    const request = requestOf(input, context);
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(late), Math.min(timeoutMs, 2 ** 31 - 1));
    try {
      const answer = await askFollowing(request, {
        config,
        maxBytes: input.maxBytes,
        signal: AbortSignal.any([context.signal, timer.signal]),
        resolve,
      });
      context.log('info', `${request.method} ${request.url.host}: ${answer.status}`, {
        bytes: answer.body.length,
      });
      checkStatus(answer, request, { expected: input.expect?.status, context });
      return await answerOutputs(answer, context.store);
    } catch (error) {
      if (!context.signal.aborted) throw error;
      throw new PipelineError('CANCELLED', 'the request was stopped');
    } finally {
      clearTimeout(timeout);
    }
  },
});

export const httpStep = createHttpStep();

function requestOf(input: Input, context: StepContext): Request {
  const url = parseTarget(input.url, configOf(context).http);
  for (const [name, value] of Object.entries(input.query ?? {})) {
    url.searchParams.append(name, String(value));
  }
  const headers = checkHeaders(input.headers ?? {});
  const isSafe = input.method === 'GET' || input.method === 'HEAD';
  // The same for every attempt, so that a server can tell a repetition from a second order.
  const key = `${context.run.id}-${context.stepId}`;
  const idempotency = isSafe || !/^[\x21-\x7e]+$/.test(key) ? {} : { 'idempotency-key': key };
  return {
    url,
    method: input.method,
    headers: { ...idempotency, ...headers },
    body: bodyOf(input.body),
  };
}

function bodyOf(body: Input['body']): Body | null {
  if (body === undefined) return null;
  if (body.text !== undefined) {
    return { bytes: Buffer.from(body.text), mediaType: 'text/plain; charset=utf-8' };
  }
  return { bytes: Buffer.from(JSON.stringify(body.json)), mediaType: 'application/json' };
}

function checkStatus(
  { status, body }: Answer,
  { url, method }: Request,
  options: { readonly expected: readonly number[] | undefined; readonly context: StepContext },
): void {
  const { expected, context } = options;
  const isGood = expected ? expected.includes(status) : status >= 200 && status < 300;
  if (isGood) return;
  const said = redact(body.subarray(0, 100_000).toString('utf8'), context);
  const snippet = said.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SNIPPET_CHARS);
  throw new PipelineError(
    PASSING.has(status) ? 'HTTP_FAILED' : 'HTTP_UNEXPECTED',
    `${method} ${url.host} answered ${status}${snippet === '' ? '' : `: ${snippet}`}`,
    {
      details: { status },
      remedy: expected
        ? `${expected.join(', ')} would be good, by \`expect.status\``
        : 'name the statuses that are good in `expect.status`',
    },
  );
}
