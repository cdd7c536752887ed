/** The headers that go out, and those that come back. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { PipelineError } from '../../errors.ts';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They say where a message ends or goes, which is not for a pipeline to say. */
const OWN = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const TOLD = ['content-type', 'etag', 'last-modified', 'retry-after', 'x-request-id'];
const MAX_TOLD_CHARS = 500;

/** @throws PipelineError `HTTP_REFUSED` naming the header, never its value. */
export function checkHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    const reason = !NAME.test(name)
      ? 'it is no name of a header'
      : OWN.has(key)
        ? 'it is set by the connection itself'
        : Object.hasOwn(checked, key)
          ? 'it is given twice'
          : VALUE.test(value)
            ? null
            : 'its value has a line break or a letter that no header may have';
    if (reason !== null) {
      const shown = JSON.stringify(name.slice(0, 100));
      throw new PipelineError('HTTP_REFUSED', `the header ${shown} is refused: ${reason}`);
    }
    checked[key] = value;
  }
  return checked;
}

export function requestHeaders(
  given: Readonly<Record<string, string>>,
  body: { readonly bytes: Buffer; readonly mediaType: string } | null,
): OutgoingHttpHeaders {
  return {
    accept: '*/*',
    'user-agent': 'modelwright',
    // A body that unpacks to a thousand times its length would pass the limit.
    'accept-encoding': 'identity',
    ...(body && { 'content-type': body.mediaType }),
    ...given,
    ...(body && { 'content-length': body.bytes.length }),
  };
}

/** Few, and short: they go into the workflow's history. */
export function toldHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    TOLD.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, MAX_TOLD_CHARS)]] : [];
    }),
  );
}
