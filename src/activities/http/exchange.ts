/** One request and its answer, to an address that was checked and by no other way. */
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HttpConfig } from '../../config/config.ts';
import { PipelineError } from '../../errors.ts';
import { AddressRefused, checkedLookup, type ResolveName } from '../../net/checked-lookup.ts';
import { requestHeaders } from './headers.ts';
import { mayReach, refused } from './reachable.ts';

export interface Body {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

export interface Request {
  readonly url: URL;
  readonly method: string;
  /** Checked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ExchangeOptions {
  readonly config: HttpConfig;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly resolve?: ResolveName | undefined;
}

/**
 * Sends a request and takes the whole answer; follows no redirect.
 *
 * @throws PipelineError `HTTP_REFUSED` if the name stands for an address that may not be reached;
 * `HTTP_FAILED` if the connection fails; `DATA_TOO_LARGE`. What aborts the signal is thrown as it is.
 */
export function exchange(request: Request, options: ExchangeOptions): Promise<Answer> {
  const { url, method, headers, body } = request;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise<Answer>((resolve, reject) => {
    const fail = (error: Error) => reject(asPipelineError(error, url, options.signal));
    const sent = send(url, {
      method,
      headers: requestHeaders(headers, body),
      signal: options.signal,
      // No socket of an earlier request: its address was checked for another URL.
      agent: false,
      lookup: checkedLookup({
        mayReach: mayReach(url, options.config),
        resolve: options.resolve,
      }),
    });
    sent.on('error', fail);
    sent.on('response', (response) => {
      readBody(response, url, options.maxBytes).then((bytes) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes });
      }, fail);
    });
    sent.end(body?.bytes);
  });
}

async function readBody(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = Number(response.headers['content-length'] ?? 0);
  try {
    if (length > maxBytes) throw tooLarge(url, maxBytes);
    length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(url, maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

const tooLarge = (url: URL, maxBytes: number) =>
  new PipelineError('DATA_TOO_LARGE', `the answer of ${url.host} has over ${maxBytes} bytes`, {
    remedy: 'raise maxBytes, or ask for less',
  });

function asPipelineError(error: Error, url: URL, signal: AbortSignal): Error {
  if (error instanceof PipelineError) return error;
  if (signal.aborted && signal.reason instanceof Error) return signal.reason;
  if (error instanceof AddressRefused) return refused(`${url.host} stands for an inner network`);
  const { code } = error as NodeJS.ErrnoException;
  return new PipelineError('HTTP_FAILED', `${url.host} cannot be asked: ${code ?? error.message}`, {
    remedy: 'it is tried again; is the host up?',
  });
}
