/** Addresses of this machine alone. */
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `localhost` is one by RFC 6761; any other name may be resolved to anything. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** A URL's host, without the brackets of an IPv6 address. */
export const bareHost = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');
