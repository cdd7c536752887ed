/** What an `http` step may speak to: the open internet, and what the config names. */
import { isIP } from 'node:net';
import type { HttpConfig } from '../../config/config.ts';
import { PipelineError } from '../../errors.ts';
import { bareHost, isLoopback } from '../../net/loopback.ts';
import { isInnerNetwork, isPrivateAddress } from '../../net/public-address.ts';

const MAX_CHARS = 8_000;
const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * A URL that may be asked, as far as it can be told without resolving its name.
 *
 * @param text  as written by the pipeline or by a redirect.
 * @param base  of a redirect.
 * @throws PipelineError `HTTP_REFUSED`; the message has the host at most, for a query may hold
 * secrets.
 */
export function parseTarget(text: string, config: HttpConfig, base?: URL): URL {
  if (text.length > MAX_CHARS || !URL.canParse(text, base?.href)) throw refused('it is no URL');
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(`${url.protocol} is neither http: nor https:`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('it holds a user or password; put them into a header, as a secret');
  }
  const host = bareHost(url);
  if (isIP(host) === 4 && !isWrittenOut(text, host, base)) {
    throw refused(`${host} is written as one number, in octal or in hexadecimal`);
  }
  if (isListed(url, config)) return url;
  if (!config.public) throw refused(`${url.host} is not allowed`);
  if (isLoopback(host) || (isIP(host) !== 0 && isPrivateAddress(host))) {
    throw refused(`${url.host} is in an inner network`);
  }
  return url;
}

/** A name or port alone, as in a relative redirect, writes no address. */
function isWrittenOut(text: string, host: string, base: URL | undefined): boolean {
  const authority = /^(?:[a-z]+:)?[/\\]{2}([^/?#\\]*)/i.exec(text.trim());
  if (authority === null) return base !== undefined;
  return authority[1]?.replace(/:\d*$/, '') === host;
}

/**
 * Whether an address that a URL's name stands for may be spoken to.
 *
 * A name of the config may stand for a machine of an inner network, but not for this machine or
 * its link: those are named by their address, or as `localhost`, for a name can be pointed anywhere
 * by whoever owns it.
 */
export function mayReach(url: URL, config: HttpConfig): (address: string) => boolean {
  const listed = isListed(url, config);
  const isLocal = bareHost(url) === 'localhost';
  return (address) =>
    !isPrivateAddress(address) ||
    (listed && (isInnerNetwork(address) || (isLocal && isLoopback(address))));
}

/** An entry without a port stands for the scheme's own. */
function isListed(url: URL, { allow }: HttpConfig): boolean {
  const port = url.port || DEFAULT_PORT[url.protocol];
  return allow.some((entry) => {
    if (!URL.canParse(`${url.protocol}//${entry}`)) return false;
    const parsed = new URL(`${url.protocol}//${entry}`);
    const entryPort = parsed.port || DEFAULT_PORT[url.protocol];
    return parsed.hostname === url.hostname && entryPort === port;
  });
}

export const refused = (reason: string) =>
  new PipelineError('HTTP_REFUSED', `the address is refused: ${reason}`, {
    remedy:
      'http steps reach http:// and https:// hosts of the open internet, and those that `http.allow` of modelwright.json names',
  });
