/** What a delivery says: which repository, which ref, which commit. Nothing of it is trusted. */
import { PipelineError } from '../errors.ts';
import { fullRef, parseRef } from '../git/ref-name.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Provider } from './provider.ts';

/** A file name's limit: git keeps a ref as a file. */
const LONGEST_REF = 255;

export interface PushEvent {
  readonly type: 'push';
  /** Every name that the payload gives its repository: `owner/name` and clone addresses. */
  readonly fullName: string | null;
  readonly urls: readonly string[];
  /** `refs/heads/…` or `refs/tags/…`. */
  readonly ref: string;
  /** `null` where the ref was deleted. */
  readonly commit: string | null;
}

export type HookEvent =
  PushEvent | { readonly type: 'ping' } | { readonly type: 'ignored'; readonly event: string };

const PUSH_EVENTS = {
  github: ['push'],
  gitlab: ['Push Hook', 'Tag Push Hook'],
  gitea: ['push'],
} as const satisfies Record<Provider, readonly string[]>;

interface RawEvent {
  readonly provider: Provider;
  /** The provider's header. */
  readonly event: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** @throws PipelineError `WEBHOOK_INVALID` where a push lacks what a push has. */
export function readEvent({ provider, event, contentType, body }: RawEvent): HookEvent {
  if (event === 'ping') return { type: 'ping' };
  if (!(PUSH_EVENTS[provider] as readonly string[]).includes(event)) {
    return { type: 'ignored', event };
  }
  const payload = parsePayload(body, contentType);
  const repository = objectAt(payload, 'repository') ?? {};
  // GitLab has both; the older `repository` lacks the path.
  const project = objectAt(payload, 'project') ?? {};
  const urls = [repository, project].flatMap((place) =>
    [
      'clone_url',
      'ssh_url',
      'git_url',
      'html_url',
      'git_http_url',
      'git_ssh_url',
      'http_url',
      'web_url',
      'url',
    ].flatMap((key) => textAt(place, key) ?? []),
  );
  const fullName = textAt(repository, 'full_name') ?? textAt(project, 'path_with_namespace');
  if (fullName === null && urls.length === 0) throw invalid('the payload names no repository');
  return { type: 'push', fullName, urls, ref: readRef(payload), commit: readCommit(payload) };
}

/** GitHub and Gitea may send the JSON as the field `payload` of a form. */
function parsePayload(body: Buffer, contentType: string): JsonObject {
  const text = body.toString('utf8');
  const json = contentType.startsWith('application/x-www-form-urlencoded')
    ? (new URLSearchParams(text).get('payload') ?? '')
    : text;
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch (error) {
    throw invalid('the payload is not JSON', error);
  }
  if (!isJsonObject(value)) throw invalid('the payload is not a JSON object');
  return value;
}

/** @throws PipelineError `WEBHOOK_INVALID` for what git would not take as a branch or tag */
function readRef(payload: JsonObject): string {
  const ref = textAt(payload, 'ref') ?? '';
  const name = ref.length <= LONGEST_REF ? parseRef(ref) : null;
  if (name === null) throw invalid('the payload names no branch or tag');
  try {
    return fullRef(name);
  } catch (error) {
    throw invalid('the payload names a branch or tag that git would refuse', error);
  }
}

/** Of an annotated tag `after` is the tag; the commit stands elsewhere. */
function readCommit(payload: JsonObject): string | null {
  const after = textAt(payload, 'after') ?? '';
  if (/^0+$/.test(after)) return null;
  const head = objectAt(payload, 'head_commit') ?? {};
  const commit = textAt(head, 'id') ?? textAt(payload, 'checkout_sha') ?? after;
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit;
  throw invalid('the payload names no commit');
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function objectAt(object: JsonObject, key: string): JsonObject | null {
  const value = own(object, key);
  return isJsonObject(value) ? value : null;
}

function textAt(object: JsonObject, key: string): string | null {
  const value = own(object, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

function invalid(message: string, cause?: unknown): PipelineError {
  return new PipelineError('WEBHOOK_INVALID', message, {
    remedy: 'send push events as JSON, as the provider does',
    cause,
  });
}
