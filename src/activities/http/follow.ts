/** Follows redirects by hand, each target checked as the first one. */
import { PipelineError } from '../../errors.ts';
import { type Answer, exchange, type ExchangeOptions, type Request } from './exchange.ts';
import { parseTarget, refused } from './reachable.ts';

const MOST = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * @throws PipelineError as `exchange`; `HTTP_REFUSED` for a redirect to what may not be reached;
 * `HTTP_UNEXPECTED` after five redirects.
 */
export async function askFollowing(first: Request, options: ExchangeOptions): Promise<Answer> {
  let request = first;
  for (let followed = 0; ; followed += 1) {
    const answer = await exchange(request, options);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    if (followed === MOST) {
      const message = `${first.url.host} redirects more than ${MOST} times`;
      throw new PipelineError('HTTP_UNEXPECTED', message);
    }
    const url = parseTarget(location, options.config, request.url);
    request = redirected(request, url, answer.status);
  }
}

/**
 * Another origin gets neither headers nor a body: they may hold secrets, which are meant for the
 * first one alone.
 */
function redirected(request: Request, url: URL, status: number): Request {
  const keepsMethod = status === 307 || status === 308 || request.method === 'HEAD';
  const method = keepsMethod ? request.method : 'GET';
  const body = keepsMethod ? request.body : null;
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(`${request.url.host} redirects from https to http`);
  }
  if (url.origin === request.url.origin) return { ...request, url, method, body };
  if (method !== 'GET' && method !== 'HEAD') {
    throw refused(`${request.url.host} redirects a ${method} to ${url.host}`);
  }
  return { url, method, headers: {}, body: null };
}
