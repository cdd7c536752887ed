/** Who sends webhooks, and how a delivery tells which of them it comes from. */
import type { IncomingHttpHeaders } from 'node:http';

export const PROVIDERS = ['github', 'gitlab', 'gitea'] as const;
export type Provider = (typeof PROVIDERS)[number];

export function isProvider(text: string): text is Provider {
  return (PROVIDERS as readonly string[]).includes(text);
}

/** A header's value; `null` where it is absent, empty, or was sent more than once. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Gitea comes first: it sends GitHub's headers too, for receivers that know only those. */
export function detectProvider(headers: IncomingHttpHeaders): Provider | null {
  if (headerOf(headers, 'x-gitea-event')) return 'gitea';
  if (headerOf(headers, 'x-gitlab-event')) return 'gitlab';
  if (headerOf(headers, 'x-github-event')) return 'github';
  return null;
}

const EVENT_HEADER = {
  github: 'x-github-event',
  gitlab: 'x-gitlab-event',
  gitea: 'x-gitea-event',
} as const satisfies Record<Provider, string>;

export function eventOf(provider: Provider, headers: IncomingHttpHeaders): string | null {
  return headerOf(headers, EVENT_HEADER[provider]);
}

/** In order of preference: a retry of the same event carries the same value. */
const ID_HEADERS = {
  github: ['x-github-delivery'],
  gitlab: ['webhook-id', 'idempotency-key', 'x-gitlab-event-uuid'],
  gitea: ['x-gitea-delivery'],
} as const satisfies Record<Provider, readonly string[]>;

/** The provider's own id of a delivery, where it sends one that is fit to be remembered. */
export function deliveryIdOf(provider: Provider, headers: IncomingHttpHeaders): string | null {
  for (const name of ID_HEADERS[provider]) {
    const id = headerOf(headers, name);
    if (id !== null && /^[\w.:-]{1,128}$/.test(id)) return id;
  }
  return null;
}
