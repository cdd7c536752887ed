/**
 * Where statuses of commits go, and where they may not: a token is sent there, so nothing but the
 * operator's own choice, over TLS, and never a machine of the inner network by a name's detour.
 */
import { isIP } from 'node:net';
import { PipelineError } from '../errors.ts';
import { bareHost, isLoopback } from '../net/loopback.ts';
import { isPrivateAddress } from '../net/public-address.ts';
import type { Provider } from './provider.ts';

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
  if (!loopback && isIP(host) !== 0 && isPrivateAddress(host)) {
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
