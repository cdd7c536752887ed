/** Tells GitHub, GitLab or Gitea what came of a commit's validation. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from '../errors.ts';
import { publicLookup } from '../net/checked-lookup.ts';
import type { Provider } from './provider.ts';
import type { StatusApi } from './status-address.ts';
import { statusUrl } from './status-address.ts';

export type StatusState = 'pending' | 'success' | 'failure';

export interface CommitStatus {
  readonly provider: Provider;
  /** `owner/name`. */
  readonly fullName: string;
  readonly commit: string;
  readonly ref: string;
  readonly state: StatusState;
  /** One line; GitHub shows 140 characters of it. */
  readonly description: string;
}

export interface StatusReporter {
  readonly api: StatusApi;
  readonly token: string;
  /** @default 10_000 */
  readonly timeoutMs?: number | undefined;
}

/** Under this name the status stands among those of other tools. */
const CONTEXT = 'modelwright';
const ATTEMPTS = 3;

/**
 * @throws PipelineError `COMMIT_STATUS_FAILED` after three attempts, or at once where the API says
 * no. It never holds the token.
 */
export async function reportStatus(status: CommitStatus, reporter: StatusReporter): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const problem = await post(status, reporter);
    if (problem === null) return;
    if (problem.isFinal || attempt === ATTEMPTS) {
      const { host } = statusUrl(reporter.api, status);
      throw new PipelineError('COMMIT_STATUS_FAILED', `${host}: ${problem.message}`, {
        remedy: 'check --status-url, and what MODELWRIGHT_STATUS_TOKEN may do',
      });
    }
    await sleep(500 * attempt);
  }
}

interface Problem {
  readonly message: string;
  /** Whether trying again is useless. */
  readonly isFinal: boolean;
}

/** Node's own client follows no redirect, so the token goes nowhere else. */
function post(status: CommitStatus, { api, token, timeoutMs }: StatusReporter) {
  const url = statusUrl(api, status);
  const body = JSON.stringify(bodyOf(status));
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise<Problem | null>((resolve) => {
    const sent = send(url, {
      method: 'POST',
      headers: {
        ...credentialOf(status.provider, token),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        accept: 'application/json',
        'user-agent': 'modelwright',
      },
      signal: AbortSignal.timeout(timeoutMs ?? 10_000),
      ...(api.loopback ? {} : { lookup: publicLookup }),
    });
    sent.on('error', (error) => resolve({ message: error.message, isFinal: false }));
    sent.on('response', (response) => {
      // An answer's body may be of any size and holds nothing that is needed.
      response.destroy();
      resolve(problemOf(response.statusCode ?? 0));
    });
    sent.end(body);
  });
}

function problemOf(status: number): Problem | null {
  if (status >= 200 && status < 300) return null;
  const isRedirect = status >= 300 && status < 400;
  const message = isRedirect ? 'it redirects, which is not followed' : `it answered ${status}`;
  return { message, isFinal: status < 500 && status !== 429 };
}

function credentialOf(provider: Provider, token: string): Record<string, string> {
  switch (provider) {
    case 'gitlab':
      return { 'private-token': token };
    case 'gitea':
      return { authorization: `token ${token}` };
    case 'github':
      return { authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' };
  }
}

function bodyOf({ provider, state, description, ref }: CommitStatus): Record<string, string> {
  const short = [...description].slice(0, 139).join('');
  if (provider !== 'gitlab') return { state, description: short, context: CONTEXT };
  const named = state === 'failure' ? 'failed' : state;
  return {
    state: named,
    description: short,
    name: CONTEXT,
    ref: ref.replace(/^refs\/(?:heads|tags)\//, ''),
  };
}
