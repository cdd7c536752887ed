/**
 * Where statuses of commits go, and where they may not: a token is sent there, so nothing but the
 * operator's own choice, over TLS, and never a machine of the inner network by a name's detour.
 */
import { lookup as resolveName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { PipelineError } from '../errors.ts';
import { bareHost, isLoopback } from './loopback.ts';
import type { Provider } from './provider.ts';

/** @see IANA's registries of special-purpose addresses */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}
const contains = (list: BlockList, address: string) =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

export interface StatusApi {
  /** The API's base, without a slash at its end, or an address with `{repository}` and `{commit}`. */
  readonly base: string;
  /** Whether the operator named this machine: then, and only then, it may be spoken to. */
  readonly loopback: boolean;
}

/** @throws PipelineError `USAGE` */
export function parseStatusUrl(text: string): StatusApi {
  if (!URL.canParse(text)) throw refused('it is no URL');
  const url = new URL(text);
  const host = bareHost(url);
  const loopback = isLoopback(host);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw refused('it must be https://, or http:// to this machine');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('it holds credentials; the token comes from MODELWRIGHT_STATUS_TOKEN');
  }
  if (!loopback && isIP(host) !== 0 && contains(PRIVATE, host)) {
    throw refused('it is a private address');
  }
  if (url.search !== '' || url.hash !== '') throw refused('it has a query or a fragment');
  return { base: text.replace(/\/+$/, ''), loopback };
}

const refused = (reason: string) =>
  new PipelineError('USAGE', `--status-url is refused: ${reason}`, {
    remedy: 'give the base of the API, such as https://api.github.com',
  });

/** @param fullName  `owner/name`, of the operator's own list. */
export function statusUrl(
  { base }: StatusApi,
  { provider, fullName, commit }: { provider: Provider; fullName: string; commit: string },
): URL {
  const inPath = fullName.split('/').map(encodeURIComponent).join('/');
  if (base.includes('{commit}')) {
    return new URL(base.replaceAll('{repository}', inPath).replaceAll('{commit}', commit));
  }
  return new URL(
    provider === 'gitlab'
      ? `${base}/projects/${encodeURIComponent(fullName)}/statuses/${commit}`
      : `${base}/repos/${inPath}/statuses/${commit}`,
  );
}

/**
 * Name resolution that refuses private addresses. It is the connection's own, so that no second
 * answer of the name server can differ from the one that was checked.
 */
export function publicLookup(hostname: string, options: object, callback: unknown): void {
  const done = callback as Parameters<LookupFunction>[2];
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 4);
    const inner = addresses.find(({ address }) => contains(PRIVATE, address));
    if (inner) return done(new Error(`${hostname} is a private address`), '', 4);
    if ((options as { all?: boolean }).all) return done(null, addresses);
    const [first] = addresses;
    done(null, first?.address ?? '', first?.family ?? 4);
  });
}
