/**
 * The repositories that this receiver serves. A delivery only chooses among them: what is fetched
 * is the address that the operator gave, never one from a payload.
 */
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { parseAddress } from '../git/repository-address.ts';
import type { PushEvent } from './push-event.ts';

export interface AllowedRepository {
  /** What git fetches; may hold credentials. */
  readonly url: string;
  /** The same without credentials: what is logged and recorded. */
  readonly shown: string;
  /** `owner/name` at the provider, where the address or the operator says it. */
  readonly fullName: string | null;
  /** The address with everything taken away that two spellings of it may differ in. */
  readonly key: string;
  /** Whether the operator gave the full name, and deliveries are matched by it. */
  readonly named: boolean;
}

/**
 * `--repo URL`, or `--repo OWNER/NAME=URL` where the deliveries' addresses are not the one to
 * fetch from: a mirror, an ssh alias, a folder.
 *
 * @param cwd  absolute; what a relative path is relative to.
 * @throws PipelineError `USAGE`, `GIT_REFUSED`
 */
export function allowRepository(text: string, cwd: string): AllowedRepository {
  const [, name, rest] = /^([\w.-]+(?:\/[\w.-]+)+)=(.+)$/s.exec(text) ?? [];
  if (name?.split('/').some((part) => /^\.+$/.test(part))) {
    throw new PipelineError('USAGE', `--repo: "${name}" is no name of a repository`);
  }
  const address = parseAddress(rest ?? text, cwd);
  const url = address.type === 'folder' ? address.folder : address.url;
  const key = repositoryKey(url);
  const inUrl = key.startsWith('/') ? null : key.slice(key.indexOf('/') + 1);
  return { url, shown: address.name, fullName: name ?? inUrl, key, named: name !== undefined };
}

/** The repository that a push is about, or `null` where it is none of these. */
export function findRepository(
  { fullName, urls }: Pick<PushEvent, 'fullName' | 'urls'>,
  allowed: readonly AllowedRepository[],
): AllowedRepository | null {
  const keys = new Set(urls.map(repositoryKey));
  const name = fullName?.toLowerCase();
  return (
    allowed.find(({ key }) => keys.has(key)) ??
    allowed.find((one) => one.named && one.fullName?.toLowerCase() === name) ??
    null
  );
}

/**
 * `host/owner/name` for an address, an absolute path for a folder. The scheme, user, port, case
 * and `.git` do not tell repositories of one host apart.
 */
function repositoryKey(url: string): string {
  const scp = /^(?:[^/@\s]+@)?([^/:@\s]+):(?!\/)([^\s]+)$/.exec(url);
  const address = scp ? `ssh://${scp[1]}/${scp[2]}` : url;
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return trimmed(path.resolve(address));
  if (!URL.canParse(address)) return trimmed(address);
  const parsed = new URL(address);
  const place = safeDecode(parsed.pathname);
  if (parsed.protocol === 'file:') return trimmed(path.resolve(place));
  return trimmed(`${parsed.hostname}${place}`).toLowerCase();
}

const trimmed = (text: string) => text.replace(/\/+$/, '').replace(/\.git$/, '');

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded UTF-8: the text as it stands names nothing that is allowed.
    return text;
  }
}
