/**
 * A server without a secret believes whoever is on this machine. What another machine can make come
 * from this one is told apart here: what a proxy forwards, and what a page in a browser sends.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { bareHost, isLoopback } from './loopback.ts';

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * @param what  was sent, such as `the delivery`.
 * @returns why it may come from elsewhere, in words; `null` if nothing says so.
 */
export function foreignSender(headers: IncomingHttpHeaders, what: string): string | null {
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return `a proxy forwarded ${what}`;
  if (headers.origin !== undefined) return `a page in a browser sent ${what}`;
  return isLoopback(hostOf(headers.host ?? '')) ? null : `${what} was addressed to another host`;
}

function hostOf(header: string): string {
  const url = `http://${header}`;
  return URL.canParse(url) ? bareHost(new URL(url)) : '';
}
