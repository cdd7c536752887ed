/** Which repositories may be named, and how each of them is reached. */
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { withoutCredentials, type Protocol } from './git-command.ts';

export type RepositoryAddress =
  /** A repository on this machine, read where it is. */
  | { readonly type: 'folder'; readonly folder: string; readonly name: string }
  /** Anything that is fetched into a mirror. */
  | {
      readonly type: 'url';
      readonly url: string;
      readonly protocol: Protocol;
      /** Without credentials: what people and records see. */
      readonly name: string;
    };

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Reads the name of a repository: a path, `file://`, `https://`, `ssh://`, `user@host:path`, or
 * `http://` to this machine.
 *
 * @param cwd  absolute; what a relative path is relative to.
 * @throws PipelineError `GIT_REFUSED` for anything else, among it `ext::…` and other helpers that
 * run commands, and what git would take for an option.
 */
export function parseAddress(given: string, cwd: string): RepositoryAddress {
  if (given === '') throw refused(given, 'it is empty');
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(given)) throw refused(given, 'it holds a control character');
  if (given.startsWith('-')) throw refused(given, 'it starts with "-", like an option');
  if (/^[A-Za-z][A-Za-z0-9+.-]*::/.test(given)) {
    throw refused(given, 'it names a remote helper, which would run a command');
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(given)) return parseUrl(given);
  const scp = /^(?:[^/:@]+@)?([^/:@]+|\[[0-9a-fA-F:]+\]):(.+)$/.exec(given);
  if (scp && !isDrive(given)) return parseScp(given, scp[1] ?? '', scp[2] ?? '');
  const folder = path.resolve(cwd, given);
  return { type: 'folder', folder, name: folder };
}

const isDrive = (given: string) => process.platform === 'win32' && /^[A-Za-z]:/.test(given);

function parseUrl(given: string): RepositoryAddress {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url) throw refused(given, 'it is no URL');
  const protocol = url.protocol.slice(0, -1);
  if (/^-|^%2d/i.test(url.hostname) || /^-|^%2d/i.test(url.username)) {
    throw refused(given, 'its host or user starts with "-", like an option');
  }
  switch (protocol) {
    case 'https':
    case 'ssh':
      if (url.hostname === '') throw refused(given, 'it names no host');
      return { type: 'url', url: given, protocol, name: withoutCredentials(given) };
    case 'http':
      if (!LOOPBACK.has(url.hostname)) throw refused(given, 'http is for this machine alone');
      return { type: 'url', url: given, protocol, name: withoutCredentials(given) };
    case 'file':
      if (url.hostname !== '') throw refused(given, 'a file URL names no host');
      return { type: 'url', url: given, protocol, name: given };
    default:
      throw refused(given, `"${protocol}" is not a way to a repository`);
  }
}

function parseScp(given: string, host: string, file: string): RepositoryAddress {
  if (host.startsWith('-') || file.startsWith('-')) {
    throw refused(given, 'its host or path starts with "-", like an option');
  }
  return { type: 'url', url: given, protocol: 'ssh', name: given };
}

function refused(given: string, reason: string): PipelineError {
  const shown = JSON.stringify(withoutCredentials(given).slice(0, 200));
  return new PipelineError('GIT_REFUSED', `the repository ${shown} is refused: ${reason}`, {
    remedy:
      'name a path, or a URL with https://, ssh:// or file:// (http:// for this machine alone)',
  });
}
