/**
 * Whether a delivery was sent by who knows the secret. Always over the bytes as they came.
 *
 * | Provider | Header                                        | Scheme                                |
 * | -------- | --------------------------------------------- | ------------------------------------- |
 * | GitHub   | `X-Hub-Signature-256`                         | HMAC-SHA-256 of the body, hex         |
 * | Gitea    | `X-Gitea-Signature` or `X-Hub-Signature-256`  | the same                              |
 * | GitLab   | `webhook-signature`, `-id`, `-timestamp`      | HMAC-SHA-256 of id.time.body, base64  |
 * | GitLab   | `X-Gitlab-Token`                              | the secret itself: proves no body     |
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PipelineError } from '../errors.ts';
import type { Provider } from './provider.ts';
import { headerOf } from './provider.ts';

/** How far a signed time may be from this machine's clock, in either direction. */
const REPLAY_WINDOW_S = 5 * 60;

export interface Delivery {
  readonly provider: Provider;
  readonly headers: IncomingHttpHeaders;
  /** The raw body. */
  readonly body: Buffer;
}

/**
 * Any of several secrets will do, so that one can be replaced without a gap.
 *
 * @param secrets  at least one, none empty.
 * @throws PipelineError `WEBHOOK_UNAUTHENTICATED`; it never holds a secret or a signature.
 */
export function verifyDelivery(
  delivery: Delivery,
  secrets: readonly string[],
  nowMs: number,
): void {
  const { provider, headers, body } = delivery;
  requireCredential(provider, headers);
  if (provider === 'gitlab') {
    if (isTimestamped(headers)) return verifyTimestamped(delivery, secrets, nowMs);
    return verifyToken(headerOf(headers, 'x-gitlab-token') ?? '', secrets);
  }
  const text = signatureText(provider, headers);
  const given = Buffer.from(/^[0-9a-f]{64}$/i.test(text) ? text : '', 'hex');
  if (given.length !== 32) throw refusal('the signature is not 64 hex digits of HMAC-SHA-256');
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(body).digest());
  if (!matchesAny(given, expected)) throw wrong();
}

/**
 * Refuses what carries nothing that could be verified, before its body is read.
 *
 * @throws PipelineError `WEBHOOK_UNAUTHENTICATED`
 */
export function requireCredential(provider: Provider, headers: IncomingHttpHeaders): void {
  const present =
    provider === 'gitlab'
      ? isTimestamped(headers) || headerOf(headers, 'x-gitlab-token') !== null
      : signatureText(provider, headers) !== '';
  if (present) return;
  if (headerOf(headers, 'x-hub-signature') !== null) {
    throw refusal('the delivery is signed with SHA-1 only, which is not accepted');
  }
  throw refusal('the delivery is not signed');
}

const isTimestamped = (headers: IncomingHttpHeaders) =>
  headerOf(headers, 'webhook-signature') !== null;

/** The hex digits, without GitHub's `sha256=`; empty where there is no such header. */
function signatureText(provider: Provider, headers: IncomingHttpHeaders): string {
  const own = provider === 'gitea' ? headerOf(headers, 'x-gitea-signature') : null;
  if (own !== null) return own;
  const hub = headerOf(headers, 'x-hub-signature-256');
  if (hub === null) return '';
  return hub.startsWith('sha256=') ? hub.slice('sha256='.length) : 'no sha256=';
}

function verifyTimestamped(
  { headers, body }: Delivery,
  secrets: readonly string[],
  nowMs: number,
): void {
  const id = headerOf(headers, 'webhook-id');
  const time = headerOf(headers, 'webhook-timestamp');
  if (id === null || time === null || !/^\d{1,12}$/.test(time)) {
    throw refusal('webhook-signature needs webhook-id and a webhook-timestamp in seconds');
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
  const expected = secrets.map((secret) =>
    createHmac('sha256', signingKey(secret)).update(signed).digest(),
  );
  // Several signatures may stand there, one for each secret of the sender.
  const given = (headerOf(headers, 'webhook-signature') ?? '')
    .split(' ')
    .slice(0, 10)
    .filter((part) => /^v1,[A-Za-z0-9+/]{43}=$/.test(part))
    .map((part) => Buffer.from(part.slice('v1,'.length), 'base64'));
  if (given.length === 0) throw refusal('webhook-signature holds no v1 signature');
  if (!given.some((one) => matchesAny(one, expected))) throw wrong();
  if (Math.abs(nowMs / 1000 - Number(time)) > REPLAY_WINDOW_S) {
    throw refusal(`the delivery was signed more than ${REPLAY_WINDOW_S / 60} minutes from now`, {
      remedy: 'set the clocks of both machines right, or have it delivered again',
    });
  }
}

/** A secret of the form `whsec_…` is base64 of the key; any other is the key. */
function signingKey(secret: string): Buffer {
  const prefix = 'whsec_';
  return secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret);
}

/** Digests under a throw-away key are compared, so that not even the length shows in the time. */
function verifyToken(token: string, secrets: readonly string[]): void {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac('sha256', key).update(text).digest();
  if (!matchesAny(digest(token), secrets.map(digest))) throw wrong();
}

/** Every candidate is compared, in constant time each: which one fits does not show. */
function matchesAny(given: Buffer, candidates: readonly Buffer[]): boolean {
  return candidates.map((one) => timingSafeEqual(given, one)).includes(true);
}

const wrong = () => refusal('the signature or token does not fit any secret of this receiver');

function refusal(message: string, { remedy }: { remedy?: string } = {}): PipelineError {
  return new PipelineError('WEBHOOK_UNAUTHENTICATED', message, {
    remedy:
      remedy ?? 'give the sender the secret of this receiver, and let it sign with HMAC SHA-256',
  });
}
