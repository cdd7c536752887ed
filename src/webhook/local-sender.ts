/**
 * A receiver without a secret believes whoever is on this machine. What another machine can make
 * come from this one is refused: what a proxy forwards, and what a page in a browser sends.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PipelineError } from '../errors.ts';
import { bareHost, isLoopback } from '../net/loopback.ts';
import { headerOf } from './provider.ts';

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** @throws PipelineError `WEBHOOK_UNAUTHENTICATED` */
export function requireLocalSender(headers: IncomingHttpHeaders): void {
  const host = hostOf(headerOf(headers, 'host') ?? '');
  const problem = PROXY_HEADERS.some((name) => headers[name] !== undefined)
    ? 'a proxy forwarded the delivery'
    : headers['origin'] !== undefined
      ? 'a page in a browser sent the delivery'
      : !isLoopback(host)
        ? 'the delivery was addressed to another host'
        : null;
  if (problem === null) return;
  throw new PipelineError('WEBHOOK_UNAUTHENTICATED', `${problem}, and there is no secret here`, {
    remedy: 'start the receiver with --secret-env, and give the sender that secret',
  });
}

function hostOf(header: string): string {
  const url = `http://${header}`;
  return URL.canParse(url) ? bareHost(new URL(url)) : '';
}
