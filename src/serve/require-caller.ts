/** Who may ask: whoever has the token, or without one whoever is on this machine. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PipelineError } from '../errors.ts';
import { foreignSender } from '../net/foreign-sender.ts';

/** @throws PipelineError `SERVE_UNAUTHENTICATED` */
export function requireCaller(headers: IncomingHttpHeaders, token: string | null): void {
  if (token === null) {
    const problem = foreignSender(headers, 'the request');
    if (problem === null) return;
    throw new PipelineError('SERVE_UNAUTHENTICATED', `${problem}, and there is no token here`, {
      remedy: 'start the server with --token-env, and send that token',
    });
  }
  const given = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return;
  throw new PipelineError(
    'SERVE_UNAUTHENTICATED',
    given === undefined ? 'the request has no token' : 'the token is not that of this server',
    { remedy: 'send the header `authorization: Bearer <token>`' },
  );
}

/** Of one length, so that comparing takes the same time whatever is given. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
